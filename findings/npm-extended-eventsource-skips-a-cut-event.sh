#!/usr/bin/env bash
# extended-eventsource 2.1.0 and @microsoft/fetch-event-source 2.0.1 (npm), Node.js 20: an event that was cut after its
# `id` line is never delivered.
#
# The HTML standard (9.2.6) takes over the id of an event at the empty line that ends it, and discards an event without
# one. A reader whose connection breaks in the middle of event 8 therefore returns with the id 7, and receives 8 again.
#
# Seen: both packages store the id as soon as they read its line. They return with 8, so a server that replays continues
# with 9. Event 8 is lost without an error; the more data an event has, the more likely. Also seen: both deliver an
# event with the data "" for a comment with an empty line after it, which is how servers write heartbeats. A server can
# write `id` as the last line of an event. eventsource 4.1.1 follows the standard.
#
# Needs node 20 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" \
  extended-eventsource@2.1.0 @microsoft/fetch-event-source@2.0.1 eventsource@4.1.1

cat >try.cjs <<'JS'
const http = require('node:http');
const { EventSource } = require('eventsource');
const { EventSource: Extended } = require('extended-eventsource');
const { fetchEventSource } = require('@microsoft/fetch-event-source');

// fetch-event-source expects a page.
globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };

const listen = (source, receive) => {
  source.onmessage = event => receive(event.lastEventId, event.data);
  return () => source.close();
};
const readers = {
  'eventsource': (url, receive) => listen(new EventSource(url), receive),
  'extended-eventsource': (url, receive) => listen(new Extended(url, { disableLogger: true }), receive),
  'fetch-event-source': (url, receive) => {
    const controller = new AbortController();
    const onmessage = event => receive(event.id, event.data);
    fetchEventSource(url, { signal: controller.signal, onmessage, onerror: () => 50 });
    return () => controller.abort();
  },
};

/** Replays what comes after the id that the reader sends; cuts the first connection in event 8. */
const history = { 7: 'first', 8: 'x'.repeat(40), 9: 'third' };
async function run(name, open) {
  const requests = [], received = [];
  let done;
  const server = http.createServer((request, response) => {
    const after = request.headers['last-event-id'];
    requests.push(after ?? '-');
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    if (requests.length === 1) {
      response.write(`retry: 50\nid: 7\ndata: ${history[7]}\n\nid: 8\ndata: ${history[8].slice(0, 20)}`);
      setTimeout(() => response.destroy(), 100);
      return;
    }
    for (const [id, data] of Object.entries(history)) {
      if (Number(id) > Number(after)) response.write(`id: ${id}\ndata: ${data}\n\n`);
    }
    response.write(': ping\n\n');
    setTimeout(done, 300);
  });
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve));
  const end = new Promise(resolve => (done = resolve));
  const close = open(`http://127.0.0.1:${server.address().port}/`, (id, data) =>
    received.push(data === history[id] ? id : JSON.stringify(data)));
  await end;
  close();
  server.close();
  console.log(`${name}: returns with ${requests[1]}, received ${received.join(' ')}`);
}

(async () => {
  for (const [name, open] of Object.entries(readers)) await run(name, open);
  process.exit(0);
})();
JS
node try.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
eventsource: returns with 7, received 7 8 9
extended-eventsource: returns with 8, received 7 9 ""
fetch-event-source: returns with 8, received 7 9 ""
EXPECTED
