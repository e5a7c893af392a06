# sse-cli demo --nodes: runs redis-server and nodes on it until stdin ends, however its parent ends. Writes "PID URL" for
# each node. Arguments: the program of the nodes, their number, a free port.
program=$1 count=$2 port=$3 pids=
command -v redis-server >/dev/null || {
  echo 'needs redis-server, which is not on the PATH'
  echo 'To install it:  apt-get install redis-server, or  brew install redis'
  exit 1
}
dir=$(mktemp -d) && cd "$dir" || exit 1
trap 'kill -9 $pids 2>/dev/null; wait; rm -rf "$dir"' EXIT
trap '' INT TERM HUP # The parent, which gets them, too, closes stdin.
# The settings of the user's own server are not for these.
unset $(env | sed -n 's/^\(HELIOGRAPH_[A-Z_]*\)=.*/\1/p')

# Waits until a line of the file $1 matches $2, or the process $3 ends.
await() {
  until grep -q "$2" "$1"; do
    kill -0 "$3" 2>/dev/null || { echo 'failed to start a program:'; cat "$1"; exit 1; }
    sleep 0.05
  done
}

redis-server --port "$port" --bind 127.0.0.1 --save '' >redis 2>&1 &
pids=$!
await redis 'Ready to accept connections' $!
for node in $(seq "$count"); do
  "$program" serve --port 0 --log "redis://127.0.0.1:$port" >"$node" 2>&1 &
  pids="$pids $!"
done
node=0
for pid in ${pids#* }; do
  node=$((node + 1))
  await "$node" '^listening on ' "$pid"
  echo "$pid $(sed -n 's/^listening on //p' "$node")"
done
cat >/dev/null
