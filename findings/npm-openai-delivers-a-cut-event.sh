#!/usr/bin/env bash
# openai 7.59.0 (npm), Node.js 20: an event that was cut is delivered as if it were whole.
#
# The HTML standard (9.2.6): what follows the last empty line when the stream ends is discarded, because nobody knows
# whether it is complete. A proxy or a server that stops in order in the middle of an event gives such an end.
#
# Seen: the SDK's reader of event streams delivers the rest as an event. It also delivers a block that has only an
# `event:` line, with the data "". @anthropic-ai/sdk 1.14.0, whose reader has the same shape, discards the rest.
# So a server that ends an answer in order ends the last event first; a reader checks for the closing event, [DONE].
#
# Needs node 18 or newer and npm. Exits 0 if this is still so, 1 if it changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" openai@7.59.0 @anthropic-ai/sdk@1.14.0

cat >try.mjs <<'JS'
import { _iterSSEMessages as openai } from 'openai/core/streaming';
import { _iterSSEMessages as anthropic } from '@anthropic-ai/sdk/core/streaming';

const stream = 'event: note\n\n' + 'data: {"text":"whole"}\n\n' + 'data: {"total":12\n';
for (const [name, read] of Object.entries({ openai, anthropic })) {
  const seen = [];
  for await (const event of read(new Response(stream), new AbortController())) {
    seen.push([event.event, event.data]);
  }
  console.log(name, JSON.stringify(seen));
}
JS
node try.mjs | tee seen

expected='openai [["note",""],[null,"{\"text\":\"whole\"}"],[null,"{\"total\":12"]]
anthropic [["note",""],[null,"{\"text\":\"whole\"}"]]'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
