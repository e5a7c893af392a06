#!/usr/bin/env bash
# @azure/core-sse 2.4.0 (npm), Node.js 20: the type of a block without data is given to the next event.
#
# The HTML standard (9.2.6) resets the event type at every blank line, also after a block that has no data and is
# therefore not an event. Servers send such blocks as pings: `event: ping` and a blank line.
#
# Seen: after the ping, an event without a type is delivered with the type "ping", so a reader that ignores pings
# ignores the event. Also seen: a line `data` without a colon is dropped. The standard treats it as an empty data line.
#
# Needs node 20 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" @azure/core-sse@2.4.0

cat >try.mjs <<'JS'
import { createSseStream } from '@azure/core-sse';

const body = 'event: ping\n\n' + 'data: order shipped\n\n' + 'data: first\ndata\ndata: third\n\n';
for await (const event of createSseStream(new Response(body).body)) {
  console.log(event.event || 'message', JSON.stringify(event.data));
}
JS
node try.mjs | tee seen

expected='ping "order shipped"
message "first\nthird"'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
