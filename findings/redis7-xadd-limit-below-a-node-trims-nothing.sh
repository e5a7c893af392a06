#!/usr/bin/env bash
# Redis 7.0.15 (Debian 12): XADD with MAXLEN ~ and a LIMIT below the size of a node never trims.
#
# The documentation describes LIMIT as the maximum count of entries that one call evicts, so that a call has a bounded
# cost. Repeated calls should therefore keep a stream near MAXLEN, whatever LIMIT is.
#
# Seen: approximate trimming removes whole nodes of 100 entries (stream-node-max-entries), and never more than LIMIT
# entries. With LIMIT 50 it removes nothing, so a stream with MAXLEN ~ 100 grows with every event: 5,000 events are
# kept after 5,000. With LIMIT 100, 100 are kept. There is no error.
#
# Needs redis-server and redis-cli. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
redis-server --port 0 --unixsocket "$dir/socket" --save '' --dir "$dir" --daemonize no >"$dir/log" &
trap 'kill $!; wait $! || true; rm -rf "$dir"' EXIT
redis() { redis-cli -s "$dir/socket" "$@"; }
until redis ping >/dev/null 2>&1; do kill -0 $!; done

for limit in 50 100; do
  for ((i = 0; i < 5000; i++)); do echo "XADD limit:$limit MAXLEN ~ 100 LIMIT $limit * event $i"; done |
    redis >/dev/null
  kept=$(redis xlen "limit:$limit")
  echo "LIMIT $limit: $kept kept"
done | tee "$dir/seen"

expected='LIMIT 50: 5000 kept
LIMIT 100: 100 kept'
[[ $(cat "$dir/seen") == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
