#!/usr/bin/env bash
# koa-sse-stream 0.2.0 (npm) with Koa 3.3.0, Node.js 20: data that starts with a colon is sent as a comment.
#
# Data may start with any character: after `data: ` a colon has no meaning (HTML standard, 9.2.6).
#
# Seen: send(':-) done') writes `: -) done`, a comment. Readers receive nothing, and there is no error; this is also the
# case for white space before the colon, for the `data` of an object with an `event`, and for each line of such a text.
# Also seen: an object as `data`, which the documentation says is sent as JSON, is sent as "[object Object]". An
# application has to send JSON.stringify of everything.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" koa-sse-stream@0.2.0 koa@3.3.0

cat >try.cjs <<'JS'
const Koa = require('koa');
const sse = require('koa-sse-stream');

const application = new Koa();
application.use(sse());
application.use(async context => {
  context.sse.send(':-) done\nnext step');
  context.sse.send({ event: 'chat', data: ' : hello' });
  context.sse.send({ event: 'order', data: { number: 7 } });
  context.sse.send('a : b');
  context.sse.sendEnd();
});
const server = application.listen(0, '127.0.0.1', async () => {
  const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
  console.log(await response.text());
  process.exit(0);
});
JS
node try.cjs | sed 's/ *$//' | grep . | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
: ok
: -) done
: next step
event: chat
: hello
event: order
data: [object Object]
data: a : b
event: close
data:
EXPECTED
