#!/usr/bin/env bash
# event-source-plus 0.1.15 (npm), Node.js 20: of an event with several data lines, only the last line arrives.
#
# The HTML standard (9.2.6) appends each `data` line to the data of the event. A reader also waits before it reconnects:
# for the server's `retry`, or for a few seconds (9.2.3).
#
# Seen: of `data: one`, `data: two` the application receives "two". Also seen: after a stream that ended, the package
# reconnects 2 ms later, because each response with status 200 resets its backoff. It shows `retry: 5000` to the
# application, but does not wait for it. A server that closes idle streams receives dozens of requests a second from
# each reader. Such a server has to keep streams open, and to send data on one line.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" event-source-plus@0.1.15

cat >try.mjs <<'JS'
import http from 'node:http';
import { EventSourcePlus } from 'event-source-plus';

let requests = 0;
const server = http.createServer((request, response) => {
  requests++;
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.end('retry: 5000\ndata: one\ndata: two\n\n');
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

const events = [];
new EventSourcePlus(`http://127.0.0.1:${server.address().port}/`).listen({
  onMessage: event => events.push(event),
});
setTimeout(() => {
  console.error(requests, 'requests in 2 s');
  console.log('data:', events[0].data, ' retry:', events[0].retry);
  console.log('more than 10 requests in 2 s:', requests > 10);
  process.exit(0);
}, 2000);
JS
node try.mjs | tee seen

expected='data: two  retry: 5000
more than 10 requests in 2 s: true'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
