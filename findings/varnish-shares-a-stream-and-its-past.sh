#!/usr/bin/env bash
# varnish 7.1.1 (Debian 12): a stream without Cache-Control becomes one stream for all readers, with its whole past.
#
# A cache may store a response that does not forbid it, once it is complete. A stream is never complete, so one expects
# that each reader receives its own, even without Cache-Control.
#
# Seen: while the first reader's stream is open, a second reader of the same URL is attached to it. It receives
# everything since that stream began, although it sends a Last-Event-ID, and the server never sees its request. After
# both readers have left, Varnish goes on reading from the server, and gives all of it to the next reader. With
# `Cache-Control: no-cache` each reader has a stream of its own. A server must send Cache-Control with every stream.
#
# Needs varnish and Node.js 18 or newer. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
cd "$dir"
port=$((20000 + RANDOM % 5000)) proxy=$((25000 + RANDOM % 5000))
cat >default.vcl <<END
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$port"; }
END
cat >try.mjs <<'JS'
import http from 'node:http';

const [port, proxy] = process.argv.slice(2);
const requests = [];
const open = new Map();
const server = http.createServer((request, response) => {
  const stream = `stream ${requests.push(request.headers['last-event-id'] ?? 'no id')}`;
  const head = { 'Content-Type': 'text/event-stream' };
  if (request.url === '/no-cache') head['Cache-Control'] = 'no-cache';
  response.writeHead(200, head);
  response.write(`data: ${stream} begins\n\n`);
  const timer = setInterval(() => response.write(':\n\n'), 100);
  open.set(stream, response);
  response.on('close', () => clearInterval(timer) || open.delete(stream));
});
await new Promise(done => server.listen(port, '127.0.0.1', done));

const read = (path, headers) => new Promise(resolve => {
  const request = http.get({ host: '127.0.0.1', port: proxy, path, headers, agent: false }, response => {
    let body = '';
    response.on('error', () => {});
    response.on('data', bytes => {
      body += bytes;
      const first = /data: (.*)\n\n/.exec(body);
      if (first) resolve({ first: first[1], leave: () => request.destroy() });
    });
  });
  request.on('error', () => {});
});

for (const path of ['/', '/no-cache']) {
  const one = await read(path, {});
  const two = await read(path, { 'Last-Event-ID': '5' });
  console.log(path, '- second reader:', two.first);
  one.leave();
  two.leave();
  await new Promise(done => setTimeout(done, 5000));
  console.log(path, '- requests:', requests.join(', '), '- open after both have left:', open.size);
  const three = await read(path, {});
  console.log(path, '- third reader:', three.first);
  three.leave();
  requests.length = 0;
  open.forEach(response => response.destroy());
  await new Promise(done => setTimeout(done, 200));
}
process.exit(0);
JS
varnishd -j none -F -f "$dir/default.vcl" -a 127.0.0.1:$proxy -n "$dir/work" -s malloc,20m >log 2>&1 &
trap 'kill $!; wait $! || true; rm -rf "$dir"' EXIT
until (: <>"/dev/tcp/127.0.0.1/$proxy") 2>/dev/null; do kill -0 $! || { cat log >&2; exit 1; }; sleep 0.1; done
node try.mjs $port $proxy | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
/ - second reader: stream 1 begins
/ - requests: no id - open after both have left: 1
/ - third reader: stream 1 begins
/no-cache - second reader: stream 2 begins
/no-cache - requests: no id, 5 - open after both have left: 0
/no-cache - third reader: stream 3 begins
EXPECTED
