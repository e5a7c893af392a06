#!/usr/bin/env bash
# better-sse 0.16.1 (npm), Node.js 20: with a serializer of one's own, only the first line of a text arrives.
#
# The HTML standard (9.2.6) needs a field name on every line. A server therefore writes one `data` line for each line of
# a text. The default serializer of this package is JSON.stringify, whose result has no line feeds; an application that
# sends plain text sets `serializer: String`.
#
# Seen: "first", "second" is written as `data:first` and a line `second`, which a reader takes as an unknown field and
# ignores. The package normalizes line ends and removes those at the end of the text, but does not split the text. The
# same holds for comments: their second line is not a comment. Also seen: there is no space after the colon, so text
# that starts with a space arrives without it.
#
# Needs node 20 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" better-sse@0.16.1 eventsource-parser@3.1.1

cat >try.mjs <<'JS'
import http from 'node:http';
import { createSession } from 'better-sse';
import { createParser } from 'eventsource-parser';

const server = http.createServer(async (request, response) => {
  const session = await createSession(request, response, { serializer: String, retry: null, keepAlive: null });
  session.push('first\nsecond\n', 'text', '1');
  session.push(' indented', 'text', '2');
  response.end();
});
await new Promise(done => server.listen(0, '127.0.0.1', done));

const response = await fetch(`http://127.0.0.1:${server.address().port}/`);
const body = await response.text();
console.log(JSON.stringify(body));
createParser({ onEvent: event => console.log(event.id, JSON.stringify(event.data)) }).feed(body);
process.exit(0);
JS
node try.mjs | tee seen

expected='"event:text\nid:1\ndata:first\nsecond\n\nevent:text\nid:2\ndata: indented\n\n"
1 "first"
2 "indented"'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
