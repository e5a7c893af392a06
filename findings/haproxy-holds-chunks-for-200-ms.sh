#!/usr/bin/env bash
# haproxy 2.6.12 (Debian 12): each event of a stream arrives about 200 ms late, unless `option http-no-delay` is set.
#
# A proxy that forwards a chunked response is expected to pass on each chunk as it comes, as nginx and caddy do.
#
# Seen: with mode http and no further option, events that the server writes one by one reach a reader over plain HTTP
# 200 ms after they were written. haproxy sets MSG_MORE for a chunk of an answer that goes on, and the kernel waits
# 200 ms for more. With `option http-no-delay` they arrive within a few milliseconds. Throughput tests do not show it.
#
# Needs haproxy and node 18 or newer. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
cd "$dir"
server=$((20000 + RANDOM % 4000)) plain=$((24000 + RANDOM % 4000)) tuned=$((28000 + RANDOM % 4000))
cat >haproxy.cfg <<END
defaults
    mode http
    timeout connect 5s
    timeout client 60s
    timeout server 60s
frontend plain
    bind 127.0.0.1:$plain
    default_backend plain
frontend tuned
    bind 127.0.0.1:$tuned
    option http-no-delay
    default_backend tuned
backend plain
    server one 127.0.0.1:$server
backend tuned
    option http-no-delay
    server one 127.0.0.1:$server
END
cat >try.mjs <<'JS'
import http from 'node:http';

const [port, ...proxies] = process.argv.slice(2);
const events = 7;
const server = http.createServer((request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.socket.setNoDelay(true);
  let sent = 0;
  const timer = setInterval(() => {
    response.write(`data: ${performance.now()}\n\n`);
    if (++sent === events) clearInterval(timer) || response.end();
  }, 500);
});
await new Promise(done => server.listen(port, '127.0.0.1', done));

async function delay(proxy) {
  const response = await fetch(`http://127.0.0.1:${proxy}/`);
  const delays = [];
  for await (const bytes of response.body) {
    const sent = /data: ([\d.]+)/.exec(Buffer.from(bytes).toString());
    if (sent) delays.push(performance.now() - sent[1]);
  }
  // The last event goes out with the end of the answer.
  return delays.slice(1, -1).sort((a, b) => a - b)[Math.floor((delays.length - 2) / 2)];
}

for (const [name, proxy] of [['default', proxies[0]], ['http-no-delay', proxies[1]]]) {
  const ms = await delay(proxy);
  console.error(name, 'median', ms.toFixed(1), 'ms');
  console.log(name, ms > 150 && ms < 400 ? 'about 200 ms' : ms < 75 ? 'at once' : `${ms} ms`);
}
process.exit(0);
JS
haproxy -f haproxy.cfg >log 2>&1 &
trap 'kill $!; wait $! || true; rm -rf "$dir"' EXIT
until (: <>"/dev/tcp/127.0.0.1/$tuned") 2>/dev/null; do kill -0 $! || { cat log >&2; exit 1; }; done
node try.mjs $server $plain $tuned | tee seen

expected='default about 200 ms
http-no-delay at once'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
