#!/usr/bin/env bash
# express-sse 1.0.0 (npm), Node.js 20: when a reader connects, all others receive the initial values again.
#
# The package writes the values of its constructor at the start of a stream, "on new connections", so that a reader
# begins with the current state.
#
# Seen: the values are sent through the same emitter as all events. Reader A, which has the values already, receives
# them again when reader B connects. A page that appends what it receives shows them once for each reader. Also seen:
# each connection counts its ids from 0. A `Last-Event-ID` therefore says nothing about what a reader has received, and
# the same event has the id 3 for A and the id 1 for B. An application has to send an id with every event, and its
# state before it calls `init`.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" express-sse@1.0.0

cat >try.cjs <<'JS'
const http = require('node:http');
const SSE = require('express-sse');

const sse = new SSE(['state']);
const server = http.createServer((request, response) => sse.init(request, response));

const reader = () => new Promise(connected => {
  http.get({ port: server.address().port, host: '127.0.0.1' }, response => {
    const waiting = [];
    let body = '';
    const seen = text => new Promise(resolve => {
      if (body.endsWith(text)) resolve(body);
      else waiting.push([text, resolve]);
    });
    response.on('data', bytes => {
      body += bytes;
      waiting.forEach(([text, resolve]) => body.endsWith(text) && resolve(body));
    });
    connected(seen);
  });
});

server.listen(0, '127.0.0.1', async () => {
  const a = await reader();
  await a('"state"\n\n');
  sse.send('news');
  await a('"news"\n\n');
  const b = await reader();
  await b('"state"\n\n');
  sse.send('last');
  console.log('A', JSON.stringify(await a('"last"\n\n')));
  console.log('B', JSON.stringify(await b('"last"\n\n')));
  process.exit(0);
});
JS
node try.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
A "id: 0\ndata: \"state\"\n\nid: 1\ndata: \"news\"\n\nid: 2\ndata: \"state\"\n\nid: 3\ndata: \"last\"\n\n"
B "id: 0\ndata: \"state\"\n\nid: 1\ndata: \"last\"\n\n"
EXPECTED
