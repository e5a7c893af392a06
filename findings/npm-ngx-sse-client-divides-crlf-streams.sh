#!/usr/bin/env bash
# ngx-sse-client 20.0.1 (npm) with Angular 20.3.35, Node.js 20: a stream with CRLF loses its types and ids.
#
# The HTML standard (9.2.6) ends a line at CRLF, LF or CR; many servers write CRLF.
#
# Seen: the pattern that divides a stream into events accepts "two line ends", and matches the CR and the LF of one
# CRLF as two. Each line becomes an event of its own: `id` and `event` are lost, and of `data: one`, `data: two` two
# events of the type "message" remain. With LF, the same event has its type and id, but its lines are joined without a
# line feed. Also seen: the package reconnects, but never sends Last-Event-ID. A server for such readers must write LF
# and one line of data, and the application must send the id itself.
#
# Needs node 20 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" ngx-sse-client@20.0.1 @angular/core@20.3.35 \
  @angular/common@20.3.35 @angular/compiler@20.3.35 rxjs@7.8.2

cat >try.mjs <<'JS'
import '@angular/compiler';
import http from 'node:http';
import { DestroyRef, Injector, NgZone, runInInjectionContext } from '@angular/core';
import { FetchBackend, HttpClient } from '@angular/common/http';
import { SseClient } from 'ngx-sse-client';

globalThis.ErrorEvent ??= class extends Event {}; // Browsers have it.

const event = 'id: 7\nevent: note\ndata: one\ndata: two\n\n';
const bodies = [event, event.replaceAll('\n', '\r\n')];
const ids = [];
const server = http.createServer((request, response) => {
  ids.push(request.headers['last-event-id'] ?? 'none');
  const body = bodies.shift();
  response.writeHead(body ? 200 : 404, { 'Content-Type': 'text/event-stream' }).end(body);
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

// What an Angular application does when it starts, as far as the client needs it.
const injector = Injector.create({
  providers: [
    { provide: NgZone, useValue: { run: task => task(), runOutsideAngular: task => task() } },
    { provide: DestroyRef, useValue: { destroyed: false, onDestroy: () => () => {} } },
  ],
});
const client = new SseClient(new HttpClient(runInInjectionContext(injector, () => new FetchBackend())));
client.stream(`http://127.0.0.1:${server.address().port}/`, { reconnectionDelay: 20 }).subscribe({
  next: ({ type, data, lastEventId }) => {
    if (type !== 'error') console.log(type, JSON.stringify(data), lastEventId || '-');
  },
  error: () => {
    console.log('Last-Event-ID:', ids.join(', '));
    process.exit(0);
  },
});
JS
node try.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
note "onetwo" 7
message "one" -
message "two" -
Last-Event-ID: none, none, none
EXPECTED
