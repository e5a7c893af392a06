#!/usr/bin/env bash
# ndjson 2.0.0 and split2 4.2.0 (npm), Node.js 20: a line `null` ends the stream of objects.
#
# NDJSON has one JSON text in each line, and `null` is a JSON text. Servers write it as an answer to one line of a
# batch, or as a heartbeat.
#
# Seen: ndjson.parse() and split2(JSON.parse) pass the value on with push(null), which is how a Node.js stream says that
# it is over. Lines after it are lost with the error "stream.push() after EOF", which does not name the line. If `null`
# is the last line, there is no error. 0, false and "" arrive. A reader of such a server has to use split2() without a
# mapper, and to parse each line itself.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" ndjson@2.0.0 split2@4.2.0

cat >try.mjs <<'JS'
import { Readable } from 'node:stream';
import ndjson from 'ndjson';
import split2 from 'split2';

const readers = { ndjson: () => ndjson.parse(), split2: () => split2(JSON.parse) };
for (const [name, reader] of Object.entries(readers)) {
  for (const text of ['1\n0\nfalse\n""\n2\n', '1\nnull\n2\n', '1\nnull\n']) {
    const seen = [];
    await new Promise(over => {
      const stream = Readable.from([text]).pipe(reader());
      stream.on('data', value => seen.push(JSON.stringify(value)));
      stream.once('error', error => over(seen.push(error.message)));
      stream.once('end', over);
      stream.on('error', () => {});
    });
    console.log(name, JSON.stringify(text), '->', seen.join(', '));
  }
}
JS
node try.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
ndjson "1\n0\nfalse\n\"\"\n2\n" -> 1, 0, false, "", 2
ndjson "1\nnull\n2\n" -> 1, stream.push() after EOF
ndjson "1\nnull\n" -> 1
split2 "1\n0\nfalse\n\"\"\n2\n" -> 1, 0, false, "", 2
split2 "1\nnull\n2\n" -> 1, stream.push() after EOF
split2 "1\nnull\n" -> 1
EXPECTED
