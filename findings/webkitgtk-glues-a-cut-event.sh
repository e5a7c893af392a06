#!/usr/bin/env bash
# WebKitGTK 2.50.6 (Debian 12): an event that was cut off is completed with the first line of the next connection.
#
# The HTML standard (9.2.6) discards an incomplete event when a stream ends.
#
# Seen: the first connection is cut inside a chunk (chunked coding), after `id: 9`, `data: ha`; the second begins with
# `id: 2`, `data: whole`. The page receives one event with the id 9 and the data "haid: 2\nwhole", which no server
# sent. A server that begins each stream with a comment line and a block of its own keeps this text out of the page's
# events.
#
# Needs webkit2gtk-driver (it contains MiniBrowser), xvfb, xauth and Node.js 18 or newer. Exits with 0 if the behavior
# is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap '[[ -z ${browser-} ]] || kill -- "-$browser" 2>/dev/null || true; rm -rf "$dir"' EXIT
cd "$dir"
cat >try.mjs <<'JS'
import http from 'node:http';

const page = `<!doctype html><link rel="icon" href="data:,"><script>
const source = new EventSource('/stream');
source.onmessage = event => fetch('/seen', {method: 'POST', body: JSON.stringify([event.lastEventId, event.data])});
</script>`;
let streams = 0;
const server = http.createServer((request, response) => {
  if (request.url === '/seen') {
    request.on('data', body => console.log('event ' + body)).on('end', () => response.end());
  } else if (request.url !== '/stream') {
    response.writeHead(200, {'Content-Type': 'text/html'}).end(page);
  } else {
    console.log('request ' + (request.headers['last-event-id'] ?? 'without an id'));
    response.writeHead(200, {'Content-Type': 'text/event-stream'});
    if (++streams === 1) {
      response.write('retry: 500\nid: 1\ndata: one\n\n');
      response.socket.write('40\r\nid: 9\ndata: ha'); // The beginning of a chunk.
      setTimeout(() => response.destroy(), 1000); // The connection is cut.
    } else {
      response.write('id: 2\ndata: whole\n\n');
      setTimeout(() => process.exit(), 2000);
    }
  }
});
server.listen(0, '127.0.0.1', () => console.error(server.address().port));
JS
node try.mjs >seen 2>port &
server=$!
until [[ -s port ]]; do sleep 0.1; done
url=http://127.0.0.1:$(cat port)/
HOME=$dir XDG_RUNTIME_DIR=$dir setsid xvfb-run -a /usr/lib/*/webkit2gtk-4.1/MiniBrowser "$url" >log 2>&1 &
browser=$!
for _ in $(seq 600); do kill -0 $server 2>/dev/null || break; sleep 0.1; done
kill $server 2>/dev/null || true
cat seen
diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
request without an id
event ["1","one"]
request 1
event ["9","haid: 2\nwhole"]
EXPECTED
