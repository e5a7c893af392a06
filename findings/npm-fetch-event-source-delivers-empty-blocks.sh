#!/usr/bin/env bash
# @microsoft/fetch-event-source 2.0.1 (npm), Node.js 20: a block without data is delivered as an event.
#
# The HTML standard (9.2.6) dispatches nothing if the data buffer is empty. Servers use such blocks to set only the
# last event id, or to send `event:` lines that a page must not see.
#
# Seen: `onmessage` is called for each of them, with the data "". A handler that calls JSON.parse(event.data) fails
# there. Also seen: two `data` lines without a colon give "" instead of "\n", and an `id` line without a colon does
# not reset the id, so the next request still sends it. A server with such readers must write data into every block.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" @microsoft/fetch-event-source@2.0.1

cat >try.mjs <<'JS'
import http from 'node:http';

// The package expects a page around it.
globalThis.window = { setTimeout, clearTimeout, fetch };
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };
const { fetchEventSource } = await import('@microsoft/fetch-event-source');

const stream = 'id: 7\n\n' + 'event: note\n\n' + 'data\ndata\n\n' + 'id\ndata: last\n\n';
const returns = [];
const server = http.createServer((request, response) => {
  returns.push(request.headers['last-event-id'] ?? null);
  if (returns.length === 1) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end(stream);
  } else {
    response.writeHead(204);
    response.end();
  }
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));

const seen = [];
await fetchEventSource(`http://127.0.0.1:${server.address().port}/`, {
  openWhenHidden: true,
  async onopen(response) {
    if (response.status !== 200) throw new Error('over');
  },
  onmessage: event => seen.push([event.event, event.data, event.id]),
  onclose() {
    throw new Error('come back');
  },
  onerror(error) {
    if (error.message === 'over') throw error;
    return 10;
  },
}).catch(() => {});
server.close();
console.log(JSON.stringify({ seen, returns }));
JS
node try.mjs | tee seen

expected='{"seen":[["","","7"],["note","",""],["","",""],["","last",""]],"returns":[null,"7"]}'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
