#!/usr/bin/env bash
# sse-channel 4.0.2 (npm), Node.js 20: with ids that are strings, a reader that returns misses events.
#
# The HTML standard (9.2.6) gives ids no order; a server finds the place of a Last-Event-ID in its own history. This one
# walks back through the history while an entry's id is greater than the header's, by JavaScript's comparison. Numbers
# work. Strings, as they come from JSON, a database or a UUID, are compared as text.
#
# Seen: events "8" to "11" are kept, and a reader returns with 8. It receives nothing, because "11" compares below "8",
# so the walk ends at once. With numbers as ids, it receives 9, 10 and 11.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" sse-channel@4.0.2

cat >try.cjs <<'JS'
const http = require('node:http');
const Channel = require('sse-channel');

async function replayed(ids) {
  const channel = new Channel({ history: ids.map(id => ({ id, data: `event ${id}` })), historySize: 10 });
  const server = http.createServer((request, response) => channel.addClient(request, response));
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  const headers = { 'Last-Event-ID': '8' };
  return new Promise(done =>
    http.get({ port: server.address().port, host: '127.0.0.1', headers }, response => {
      let body = '';
      response.on('data', bytes => (body += bytes));
      response.on('end', () => done(body.match(/event \d+/g) ?? []));
      response.once('data', () => setImmediate(() => channel.close()));
    }));
}

(async () => {
  console.log('numbers:', (await replayed([8, 9, 10, 11])).join(', '));
  console.log('strings:', (await replayed(['8', '9', '10', '11'])).join(', ') || 'nothing');
  process.exit(0);
})();
JS
node try.cjs | tee seen

expected='numbers: event 9, event 10, event 11
strings: nothing'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
