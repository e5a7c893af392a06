#!/usr/bin/env bash
# nginx 1.22.1 and varnish 7.1.1 (Debian 12): after "103 Early Hints", the response is lost or taken for a body.
#
# An interim response (RFC 9110, 15.2) precedes the final one; a recipient that does not know 103 ignores it. The script
# of a page with a stream may be preloaded this way, and some application servers send 103 by themselves.
#
# Seen: varnish answers 503 "Backend fetch failed". nginx takes 103 for the response: its access log has the status 103,
# and what follows is passed on as if it were a body. The reader receives the stream, but without the header of
# `add_header`. If the reader asked for `Connection: close`, it receives that header with the 103, and Node.js rejects
# what follows. haproxy 2.6, caddy 2.6, lighttpd 1.4.69, apache 2.4.71 and squid 5.7 pass both responses on, h2o 2.2
# only the final one. A server behind nginx or varnish should not send 103.
#
# Needs nginx, varnish and Node.js 18.11 or newer. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
chmod 755 "$dir"
cd "$dir"
port=$((20000 + RANDOM % 4000)) nginx=$((24000 + RANDOM % 4000)) varnish=$((28000 + RANDOM % 4000))
cat >default.vcl <<END
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "$port"; }
END
cat >nginx.conf <<END
daemon off;
pid $dir/pid;
error_log $dir/log;
events {}
http {
  log_format status '\$uri \$status';
  access_log $dir/access status;
  client_body_temp_path $dir; proxy_temp_path $dir; fastcgi_temp_path $dir; uwsgi_temp_path $dir; scgi_temp_path $dir;
  server {
    listen 127.0.0.1:$nginx;
    location / {
      proxy_pass http://127.0.0.1:$port;
      proxy_http_version 1.1;
      proxy_buffering off;
      add_header X-Proxy nginx;
    }
  }
}
END
cat >try.mjs <<'JS'
import http from 'node:http';

const [port, nginx, varnish] = process.argv.slice(2);
const server = http.createServer((request, response) => {
  if (request.url === '/early') response.writeEarlyHints({ link: '</stream.js>; rel=preload; as=script' });
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
  response.end('data: one\n\n');
});
await new Promise(done => server.listen(port, '127.0.0.1', done));

const read = (port, path) => new Promise((resolve, reject) => {
  http.get({ host: '127.0.0.1', port, path }, response => {
    let body = '';
    response.on('data', bytes => (body += bytes));
    response.on('end', () =>
      resolve(`${response.statusCode} ${body.includes('data: one')} X-Proxy: ${response.headers['x-proxy'] ?? '-'}`));
    response.on('error', reject);
  }).on('error', reject);
});
for (const path of ['/plain', '/early']) {
  console.log('nginx', path, await read(nginx, path));
  console.log('varnish', path, await read(varnish, path));
}
process.exit(0);
JS
pids=()
trap 'kill "${pids[@]}"; wait || true; rm -rf "$dir"' EXIT
varnishd -j none -F -f "$dir/default.vcl" -a 127.0.0.1:$varnish -n "$dir/work" -s malloc,20m >varnish.log 2>&1 &
pids+=($!)
nginx -p "$dir" -c "$dir/nginx.conf" &
pids+=($!)
for proxy in $nginx $varnish; do
  until (: <>"/dev/tcp/127.0.0.1/$proxy") 2>/dev/null; do kill -0 "${pids[@]}"; sleep 0.1; done
done
node try.mjs $port $nginx $varnish | tee seen
kill -QUIT "${pids[1]}" # Writes its log.
wait "${pids[1]}" || true
unset "pids[1]"
grep . access | tee -a seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
nginx /plain 200 true X-Proxy: nginx
varnish /plain 200 true X-Proxy: -
nginx /early 200 true X-Proxy: -
varnish /early 503 false X-Proxy: -
/plain 200
/early 103
EXPECTED
