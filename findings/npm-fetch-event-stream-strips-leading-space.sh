#!/usr/bin/env bash
# fetch-event-stream 0.1.6 (npm), Node.js 20: all white space at the start of a value is removed, and some ids are
# numbers.
#
# The HTML standard (9.2.6) removes one U+0020 after the colon and nothing else. A server that streams text in pieces
# ("Hello", " world") relies on this: it writes `data:  world`.
#
# Seen: every leading blank and tab is removed, so the pieces are joined to "Helloworld", and the indentation of code
# or YAML is lost. Also seen: `id: 5` is delivered as the number 5, but `id: 05` and `id: a5` as strings. A comparison
# with the id that the server knows, or a Map with ids as keys, works for some events and fails for others.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" fetch-event-stream@0.1.6

cat >try.mjs <<'JS'
import { events } from 'fetch-event-stream';

const stream = 'id: 5\ndata: Hello\n\n' + 'id: 05\ndata:  world\n\n' + 'data: \tindented\n\n';
const seen = [];
for await (const event of events(new Response(stream))) seen.push(event);
console.log(JSON.stringify(seen));
JS
node try.mjs | tee seen

expected='[{"data":"Hello","id":5},{"data":"world","id":"05"},{"data":"indented"}]'
same=$(node -e '
  const sort = list => JSON.stringify(JSON.parse(list).map(e => Object.entries(e).sort()));
  console.log(sort(process.argv[1]) === sort(process.argv[2]));' "$(cat seen)" "$expected")
[[ $same == true ]] || { echo "changed: expected $expected" >&2; exit 1; }
