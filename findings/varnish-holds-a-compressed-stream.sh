#!/usr/bin/env bash
# varnish 7.1.1 (Debian 12): a compressed stream does not arrive at a reader that did not ask for gzip.
#
# Varnish asks every backend for gzip (http_gzip_support, on by default), whatever the reader accepts, and decompresses
# for readers that do not accept it. A server that compresses streams flushes its compressor after each event, so that
# each event can be read at once.
#
# Seen: a reader that accepts gzip receives each event at once. Without Accept-Encoding (curl, the JDK's HttpClient) not
# even the status line arrives within 5 s: Varnish collects the decompressed bytes until a buffer of about 32 KiB is
# full. Readers of quiet streams time out, while tests with a browser work. `Cache-Control: no-cache` does not prevent
# it. A backend must not compress streams, or the VCL must use pass for them or remove Accept-Encoding in
# vcl_backend_fetch.
#
# Needs varnish and Node.js 18 or newer. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
cd "$dir"
port=$((20000 + RANDOM % 5000)) proxy=$((25000 + RANDOM % 5000))
cat >default.vcl <<END
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$port"; }
sub vcl_recv {
  if (req.url == "/pass") { return (pass); }
}
sub vcl_backend_fetch {
  if (bereq.url == "/removed") { unset bereq.http.Accept-Encoding; }
}
END
cat >try.mjs <<'JS'
import http from 'node:http';
import zlib from 'node:zlib';

const [port, proxy] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  const head = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' };
  const compressed = /gzip/.test(request.headers['accept-encoding']);
  response.writeHead(200, compressed ? { ...head, 'Content-Encoding': 'gzip' } : head);
  const gzip = zlib.createGzip();
  if (compressed) gzip.pipe(response);
  const timer = setInterval(() => {
    if (!compressed) return response.write('data: tick\n\n');
    gzip.write('data: tick\n\n');
    gzip.flush(zlib.constants.Z_SYNC_FLUSH);
  }, 200);
  response.on('close', () => clearInterval(timer));
});
await new Promise(done => server.listen(port, '127.0.0.1', done));

const read = (port, path, headers) => new Promise(resolve => {
  let seen = 'no response within 5 s';
  const request = http.get({ host: '127.0.0.1', port, path, headers }, response => {
    seen = 'a response without data within 5 s';
    const body = response.headers['content-encoding'] ? response.pipe(zlib.createGunzip()) : response;
    body.once('data', () => over('data'));
  });
  const over = result => {
    clearTimeout(timer);
    request.destroy();
    resolve(result);
  };
  const timer = setTimeout(() => over(seen), 5000);
  request.on('error', () => {});
});

const accepted = { 'Accept-Encoding': 'gzip' };
console.log('without varnish, gzip:', await read(port, '/', accepted));
console.log('gzip:', await read(proxy, '/', accepted));
console.log('no gzip:', await read(proxy, '/', {}));
console.log('no gzip, pass:', await read(proxy, '/pass', {}));
console.log('no gzip, header removed:', await read(proxy, '/removed', {}));
process.exit(0);
JS
varnishd -j none -F -f "$dir/default.vcl" -a 127.0.0.1:$proxy -n "$dir/work" -s malloc,20m >log 2>&1 &
trap 'kill $!; wait $! || true; rm -rf "$dir"' EXIT
until (: <>"/dev/tcp/127.0.0.1/$proxy") 2>/dev/null; do kill -0 $! || { cat log >&2; exit 1; }; sleep 0.1; done
node try.mjs $port $proxy | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
without varnish, gzip: data
gzip: data
no gzip: no response within 5 s
no gzip, pass: data
no gzip, header removed: data
EXPECTED
