#!/usr/bin/env bash
# Firefox ESR 153.8 (Debian 12): an `id` in a block without data is not kept.
#
# The HTML standard (9.2.6) sets the last event id at the end of a block, before it checks whether there is data to
# dispatch. A server may therefore move a reader's position without an event. Chromium 156 follows the standard.
#
# Seen: after `retry: 500`, `id: 1` and an empty line the connection is cut, and the next request has no
# Last-Event-ID. Everything that was sent in between is lost.
#
# Needs firefox-esr and Node.js 18 or newer. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'kill "${browser-}" 2>/dev/null || true; rm -rf "$dir"' EXIT
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
      response.write('retry: 500\nid: 1\n\n');
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
mkdir profile
HOME=$dir firefox-esr --headless --no-remote --profile profile "$url" >log 2>&1 &
browser=$!
for _ in $(seq 600); do kill -0 $server 2>/dev/null || break; sleep 0.1; done
kill $server 2>/dev/null || true
cat seen
diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
request without an id
request without an id
event ["2","whole"]
EXPECTED
