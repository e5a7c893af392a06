#!/bin/sh
# Compares this server with nginx + nchan, and with better-sse on Node if npm is installed, on this machine: the same
# users and rates, in turns.
#
#   docs/benchmarks/compare.sh [ROUNDS]      default: 3
#
# Needs: bin/heliograph-server and bin/sse-cli of a build (mvn -Dquick package), nginx and libnginx-mod-nchan (Debian).
# Reports go to target/benchmarks. USERS, RATE and TIME change the load.
set -eu
rounds=${1-3} users=${USERS-2000} rate=${RATE-1000/s} time=${TIME-30s}
root=$(CDPATH= cd -- "$(dirname "$0")/../.." && pwd)
server=$root/server/target/heliograph-server/bin/heliograph-server
cli=$root/cli/target/sse-cli/bin/sse-cli
out=$root/target/benchmarks
mkdir -p "$out/nginx"
ulimit -n "$(ulimit -Hn)"

cat >"$out/nginx/nginx.conf" <<END
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off; worker_processes 1; worker_rlimit_nofile $(ulimit -n); pid $out/nginx/pid; error_log $out/nginx/error.log;
events { worker_connections 19500; use epoll; }
http {
  access_log off; keepalive_timeout 3600s; keepalive_requests 100000000; tcp_nodelay on;
  client_body_temp_path $out/nginx; proxy_temp_path $out/nginx; fastcgi_temp_path $out/nginx;
  uwsgi_temp_path $out/nginx; scgi_temp_path $out/nginx;
  server {
    listen 127.0.0.1:8090 backlog=4096;
    location ~ ^/sub/(\w[\w-]*)\$ {
      nchan_subscriber eventsource; nchan_channel_id \$1; nchan_eventsource_ping_interval 0;
    }
    location ~ ^/pub/(\w[\w-]*)\$ { nchan_publisher; nchan_channel_id \$1; nchan_message_buffer_length 100; }
  }
}
END

pids=
trap 'kill $pids 2>/dev/null' EXIT INT TERM
nginx -p "$out/nginx" -c "$out/nginx/nginx.conf" & pids=$!
"$server" --port 8089 >"$out/server.log" 2>&1 & pids="$pids $!"
until grep -q ' started ' "$out/server.log"; do
  kill -0 "$!" || { cat "$out/server.log" >&2; exit 1; }
  sleep 1
done

peers=nchan
if command -v npm >/dev/null; then
  cp "$root/docs/benchmarks/node-peer.mjs" "$out"
  npm install --silent --no-audit --no-fund --prefix "$out" better-sse@0.16.1
  NODE_ENV=production node "$out/node-peer.mjs" 8091 & pids="$pids $!"
  peers='nchan better-sse'
fi

round=1
while [ "$round" -le "$rounds" ]; do
  # A run that fails a threshold, or is INVALID because other programs are busy, says so itself.
  "$cli" simulate --server http://127.0.0.1:8089 --users "$users" --rate "$rate" --duration "$time" \
    --report "$out/heliograph-$round" || true
  for peer in $peers; do
    port=8090
    if [ "$peer" = better-sse ]; then port=8091; fi
    "$cli" simulate --users "$users" --rate "$rate" --duration "$time" --report "$out/$peer-$round" \
      --subscribe-url "http://127.0.0.1:$port/sub/{user}" --publish-url "http://127.0.0.1:$port/pub/{user}" || true
    "$cli" report compare "$out/heliograph-$round" "$out/$peer-$round" || true
  done
  round=$((round + 1))
done
