#!/usr/bin/env bash
# htmx.org 4.0.1 (npm), extension hx-sse, in Chromium: 204 does not end the reconnects, and `retry` alone is ignored.
#
# The HTML standard lets a server stop a reader with the status 204 (9.2.3). It takes over `retry` at its line, and
# gives an event the type "message" unless its `event` line says otherwise (9.2.6).
#
# Seen: after 204 the extension asks again every half second, forever, because 204 counts as a success and its missing
# body as a stream that ended. `retry: 5000` with an empty line after it changes nothing; it counts only in a block with
# data. An event with `event: message`, as Javalin 7.2.3 writes it, is not swapped into the page; without that line it
# is. A page can cancel htmx:sse:before:connection if its connection has the status 204. In the same page, EventSource
# behaves as the standard says.
#
# Needs chromium, node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'kill "${browser-}" "${server-}" 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$dir" htmx.org@4.0.1

cat >try.mjs <<'JS'
import { readFileSync } from 'node:fs';
import http from 'node:http';

const script = name => readFileSync('node_modules/htmx.org/dist/' + name);
const page = `<!doctype html><link rel="icon" href="data:,">
<script src="/htmx.js"></script><script src="/ext/hx-sse.js"></script>
<p hx-sse:connect="/htmx-204"></p>
<p hx-sse:connect="/htmx-retry-with-data"></p>
<p hx-sse:connect="/htmx-retry-alone"></p>
<p hx-sse:connect="/htmx-plain" id="plain"></p>
<p hx-sse:connect="/htmx-message" id="message"></p>
<script>
new EventSource('/eventsource-204');
new EventSource('/eventsource-retry-alone');
setTimeout(() => fetch('/seen', {
  method: 'POST',
  body: ['plain', 'message'].map(id => id + ': "' + document.getElementById(id).textContent + '"').join('\\n'),
}), 8000);
</script>`;
const streams = {
  204: 'retry: 500\ndata: one\n\n',
  'retry-with-data': 'retry: 5000\ndata: one\n\n',
  'retry-alone': 'retry: 5000\n\ndata: one\n\n',
  plain: 'data: one\n\n',
  message: 'event: message\ndata: one\n\n',
};
const times = {};
const server = http.createServer((request, response) => {
  const { url } = request;
  if (url === '/') {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end(page);
  } else if (url.endsWith('.js')) {
    response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(script(url));
  } else if (url === '/seen') {
    request.on('data', body => console.log('' + body)).on('end', () => {
      for (const reader of ['eventsource-204', 'htmx-204']) {
        console.log(`${reader}: ${times[reader].length > 2 ? 'returns' : 'stays away'}`);
      }
      for (const reader of ['eventsource-retry-alone', 'htmx-retry-with-data', 'htmx-retry-alone']) {
        const [first, second] = times[reader];
        console.log(`${reader}: returns ${second - first < 2500 ? 'at once' : 'late'}`);
      }
      process.exit(0);
    });
  } else {
    const reader = url.slice(1);
    const name = reader.replace(/^[a-z]+-/, '');
    (times[reader] ??= []).push(Date.now());
    if (name === '204' && times[reader].length > 1) {
      response.writeHead(204).end();
    } else {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).write(streams[name]);
      setTimeout(() => response.end(), 100);
    }
  }
});
server.listen(0, '127.0.0.1', () => console.error(server.address().port));
JS
node try.mjs >seen 2>port &
server=$!
until [[ -s port ]]; do kill -0 $server; sleep 0.1; done
HOME=$dir chromium --headless --no-sandbox --disable-gpu --user-data-dir="$dir/profile" \
  --remote-debugging-port=0 "http://127.0.0.1:$(cat port)/" >log 2>&1 &
browser=$!
for _ in $(seq 400); do kill -0 $server 2>/dev/null || break; sleep 0.1; done
cat seen
diff - seen <<'EXPECTED' || { tail -5 log >&2; echo "changed" >&2; exit 1; }
plain: "one"
message: ""
eventsource-204: stays away
htmx-204: returns
eventsource-retry-alone: returns late
htmx-retry-with-data: returns late
htmx-retry-alone: returns at once
EXPECTED
