#!/usr/bin/env bash
# sse-pubsub 1.4.5 (npm), Node.js 20: a reader of some event types gets events again that it has already received.
#
# A server that replays by Last-Event-ID sends what came after that id. This one computes how many ids were given since
# then, removes the events of other types from its history, and sends that number of events from the end of what is
# left.
#
# Seen: a reader of the type "news" returns with the id of its last event. No news came since, but two events of
# another type did. It receives its last two news again. Also seen: blank lines inside data are lost ("a", "", "b"
# becomes "a", "b"), because line ends are split in groups. A reader behind such a server has to drop ids at or below
# its cursor itself.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" sse-pubsub@1.4.5

cat >try.cjs <<'JS'
const http = require('node:http');
const Channel = require('sse-pubsub');

const channel = new Channel({ pingInterval: 0 });
const server = http.createServer((request, response) => channel.subscribe(request, response, ['news']));
channel.publish('first', 'news');
channel.publish('second\n\nline', 'news');
channel.publish('rain', 'weather');
channel.publish('sun', 'weather');

server.listen(0, '127.0.0.1', () => {
  const headers = { 'Last-Event-ID': '2' };
  http.get({ port: server.address().port, host: '127.0.0.1', headers }, response => {
    let body = '';
    response.on('data', bytes => (body += bytes));
    response.on('end', () => console.log(JSON.stringify(body)) || process.exit(0));
    response.once('data', () => channel.close());
  });
});
JS
node try.cjs | tee seen

expected='"retry: 1000\n\nid: 1\nevent: news\ndata: first\n\nid: 2\nevent: news\ndata: second\ndata: line\n\n"'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
