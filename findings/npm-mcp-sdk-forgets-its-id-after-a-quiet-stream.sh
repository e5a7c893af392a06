#!/usr/bin/env bash
# @modelcontextprotocol/sdk 1.32.2 (npm), Node.js 20: a stream without events makes the client forget its last event id.
#
# The HTML standard (9.2.3) keeps the last event id over any number of reconnects. The Streamable HTTP transport of the
# Model Context Protocol resumes with the same header.
#
# Seen: the transport keeps the id per connection. After a stream with the event 7, the next request has
# `Last-Event-ID: 7`. If that stream ends without an event, as a quiet stream does at the idle limit of a proxy, the
# request after it has no id, and the messages from then until its arrival are not replayed. A server can prevent this
# with an event that has an id at the start of each stream, as the protocol recommends for answers to POST.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" @modelcontextprotocol/sdk@1.32.2

cat >try.mjs <<'JS'
import http from 'node:http';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const message = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/tools/list_changed' });
const streams = [`id: 7\ndata: ${message}\n\n`, ': quiet\n\n', ': quiet\n\n', ': quiet\n\n'];
const ids = [];
const server = http.createServer((request, response) => {
  if (request.method === 'POST') return response.writeHead(202).end();
  ids.push(request.headers['last-event-id'] ?? 'none');
  response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(streams.shift());
  if (streams.length === 0) {
    console.log('Last-Event-ID:', ids.join(', '));
    process.exit(0);
  }
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

const transport = new StreamableHTTPClientTransport(new URL(`http://127.0.0.1:${server.address().port}/mcp`), {
  reconnectionOptions: {
    initialReconnectionDelay: 20, maxReconnectionDelay: 20, reconnectionDelayGrowFactor: 1, maxRetries: 5,
  },
});
transport.onmessage = received => console.log('received', received.method);
await transport.start();
await transport.send({ jsonrpc: '2.0', method: 'notifications/initialized' }); // Opens the stream.
JS
node try.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
received notifications/tools/list_changed
Last-Event-ID: none, 7, none, none
EXPECTED
