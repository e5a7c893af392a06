#!/usr/bin/env bash
# launchdarkly-eventsource 2.2.0 (npm), Node.js 20: a Last-Event-ID that the application sets stays the same forever.
#
# A process that starts again passes the id that it stored, to continue where it was. The package reads this option:
# its last event id starts with `headers['Last-Event-ID']`. An EventSource then sends the id of the last event that it
# received (HTML standard, 9.2.3).
#
# Seen: after the events 10 and 20, each reconnect still asks with the id 5, because the headers of the application
# are copied over the package's own. A server that replays sends everything after 5 again, at every reconnect. Without
# the option, the ids are 10 and 20. An application can keep the option up to date: it may change the object that it
# passed as `headers`. Also seen: a redirect with status 302, 303 or 308 ends the source; only 301 and 307 are followed.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" launchdarkly-eventsource@2.2.0

cat >try.cjs <<'JS'
const http = require('node:http');
const { EventSource } = require('launchdarkly-eventsource');

// Two streams with one event each, 10 and 20, or a redirect if it has a status. Returns the ids of the requests.
function run({ headers = {}, redirect, onmessage = () => {} }) {
  return new Promise(resolve => {
    const ids = [];
    let source, result;
    const over = text => {
      result = text;
      source.close();
      server.close();
    };
    const server = http.createServer((request, response) => {
      ids.push(request.headers['last-event-id'] ?? 'none');
      if (request.url === '/other') {
        over('followed');
      } else if (redirect) {
        response.writeHead(redirect, { Location: `http://127.0.0.1:${server.address().port}/other` }).end();
      } else if (ids.length === 3) {
        over(ids.join(', '));
      } else {
        response.writeHead(200, { 'Content-Type': 'text/event-stream' }).end(`id: ${ids.length}0\ndata: news\n\n`);
      }
    });
    server.listen(0, '127.0.0.1', () => {
      source = new EventSource(`http://127.0.0.1:${server.address().port}/`, { initialRetryDelayMillis: 20, headers });
      source.onmessage = onmessage;
      source.onerror = () => {};
      source.onclosed = () => resolve(result ?? 'closed');
    });
  });
}

(async () => {
  const headers = { 'Last-Event-ID': '5' };
  console.log('with the option:', await run({ headers }));
  console.log('without it:', await run({}));
  console.log('kept up to date:', await run({
    headers, onmessage: event => (headers['Last-Event-ID'] = event.lastEventId),
  }));
  for (const redirect of [301, 302, 303, 307, 308]) console.log(redirect, await run({ redirect }));
  process.exit(0);
})();
JS
node try.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
with the option: 5, 5, 5
without it: none, 10, 20
kept up to date: 5, 10, 20
301 followed
302 closed
303 closed
307 followed
308 closed
EXPECTED
