#!/usr/bin/env bash
# react-native-sse 1.2.1 (npm), Node.js 20: `retry: 0` ends the reconnects, and the start of a field's name is enough.
#
# The HTML standard (9.2.6) takes `retry` as the time before a reader reconnects; a server that is about to restart
# sends 0 to ask for an immediate return. It also says to ignore a line with an unknown field.
#
# Seen: after `retry: 0` and the end of the stream the reader never comes back, because an interval of 0 is this
# package's way to switch polling off; with `retry: 1` it does. A line `identity: north` changes the last event id to
# "entity: north", and `database: orders` becomes a line of the data, because a name only has to start with "id" or
# "data". Also seen: after a connection that ends without a response there is no further attempt. Run with the
# XMLHttpRequest of xhr2 0.2.1 in place of React Native's.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" react-native-sse@1.2.1 xhr2@0.2.1

cat >try.mjs <<'JS'
import http from 'node:http';
import xhr2 from 'xhr2';
import sse from 'react-native-sse';

globalThis.XMLHttpRequest = xhr2;
const EventSource = sse.default ?? sse;

// Serves the body once; returns the data, and the Last-Event-ID of the second request.
async function run(body) {
  const requests = [];
  const seen = [];
  const server = http.createServer((request, response) => {
    requests.push(request.headers['last-event-id'] ?? 'without an id');
    if (body === null) return request.socket.destroy();
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.end(requests.length === 1 ? body : '');
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const source = new EventSource(`http://127.0.0.1:${server.address().port}/`, {
    timeoutBeforeConnection: 0,
    pollingInterval: 20,
  });
  source.addEventListener('message', event => seen.push(event.data));
  await new Promise(done => setTimeout(done, 1500));
  source.close();
  server.close();
  return JSON.stringify(seen) + ' then ' + (requests[1] ?? 'no second request');
}

console.warn = () => {}; // It warns of a response without any line end.
console.log('retry 1:', await run('retry: 1\nid: 7\ndata: one\n\n'));
console.log('retry 0:', await run('retry: 0\nid: 7\ndata: one\n\n'));
console.log('other fields:', await run('id: 7\nidentity: north\ndata: one\ndatabase: orders\n\n'));
console.log('cut before a response:', await run(null));
process.exit(0);
JS
node try.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
retry 1: ["one"] then 7
retry 0: ["one"] then no second request
other fields: ["one\nbase: orders"] then entity: north
cut before a response: [] then no second request
EXPECTED
