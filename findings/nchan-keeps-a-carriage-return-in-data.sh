#!/usr/bin/env bash
# nginx 1.22.1 with nchan (libnginx-mod-nchan, Debian 12): a message with a carriage return is cut at it.
#
# The HTML standard (9.2.6) ends a line at CR, too. A server must start a new `data:` line after each line end of a
# message, as nchan does after LF.
#
# Seen: nchan writes a CR of the message as it is. The reader takes what follows as a line of its own without a known
# field, and drops it: of "rain, then" CR "sun" only "rain, then" arrives. JSON is not affected, because it escapes a CR.
#
# Needs nginx, libnginx-mod-nchan, curl and node. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
cd "$dir"
port=$((20000 + RANDOM % 10000))
cat >nginx.conf <<END
load_module /usr/lib/nginx/modules/ngx_nchan_module.so;
daemon off;
pid $dir/pid;
error_log $dir/log;
events {}
http {
  access_log off;
  client_body_temp_path $dir; proxy_temp_path $dir; fastcgi_temp_path $dir; uwsgi_temp_path $dir; scgi_temp_path $dir;
  server {
    listen 127.0.0.1:$port;
    location /pub { nchan_publisher; nchan_channel_id one; }
    location /sub { nchan_subscriber eventsource; nchan_channel_id one; }
  }
}
END
nginx -p "$dir" -c "$dir/nginx.conf" &
trap 'kill $!; wait $! || true; rm -rf "$dir"' EXIT
curl -sS --retry 20 --retry-connrefused --retry-delay 1 -o answer -H 'Content-Type: text/plain' \
  --data-binary $'rain, then\rsun\nand wind' "http://127.0.0.1:$port/pub"

curl -sN --max-time 2 -H 'Accept: text/event-stream' "http://127.0.0.1:$port/sub" >stream || true
node -e 'console.log(JSON.stringify(require("fs").readFileSync("stream", "utf8").match(/^data[^]*?\n\n/m)[0]))' | tee seen

expected='"data: rain, then\rsun\ndata: and wind\n\n"'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
