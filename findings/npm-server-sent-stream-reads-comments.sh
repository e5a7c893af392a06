#!/usr/bin/env bash
# @server-sent-stream/parser 1.0.4 (npm), Node.js 20: a comment that looks like a field is read as that field.
#
# The HTML standard (9.2.6) ignores a line that starts with a colon. Servers write such lines as heartbeats and for
# people who watch the stream; one way is to put a colon before a field that readers should not see.
#
# Seen: the pattern for a line is not anchored, so it finds a field after the colon, too. `:data: draft` becomes a line
# of the event's data, and `:id: 8` changes the last event id. Also seen: a value ends at U+2028, which the standard
# does not count as a line end and which JSON.stringify does not escape: the rest of the JSON text is lost without an
# error. The packages @server-sent-stream/web and @server-sent-stream/node use this parser. With such readers, a comment
# should begin with a colon and a space.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" @server-sent-stream/parser@1.0.4 \
  @server-sent-stream/web@1.0.3

cat >try.mjs <<'JS'
import parser from '@server-sent-stream/parser';
import web from '@server-sent-stream/web';

const text = JSON.stringify({ text: 'first\u2028second' });
const stream = 'id: 7\n:id: 8\n:data: draft\ndata: final\n\n' + ': data: note\ndata: final\n\n' + `data: ${text}\n\n`;

const Parser = parser.default ?? parser;
const show = (id, data) => console.log(id, JSON.stringify(data));
new Parser((data, type, id) => show(id, data)).push(stream);

const Decoder = web.default ?? web;
for await (const event of new Response(stream).body.pipeThrough(new Decoder())) show(event.lastEventId, event.data);
JS
node try.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
8 "draft\nfinal"
8 "final"
8 "{\"text\":\"first"
8 "draft\nfinal"
8 "final"
8 "{\"text\":\"first"
EXPECTED
