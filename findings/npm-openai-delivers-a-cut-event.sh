#!/usr/bin/env bash
# openai 7.59.0 (npm), Node.js 20: an event that was cut off is delivered as if it were complete.
#
# The HTML standard (9.2.6) discards everything after the last empty line when the stream ends, because it may be
# incomplete. Such an end occurs when a proxy or a server closes in an orderly way in the middle of an event.
#
# Seen: the SDK's event stream reader delivers the rest as an event. It also delivers a block that has only an
# `event:` line, with the data "". @anthropic-ai/sdk 1.14.0, whose reader has the same structure, discards the rest. A
# server that ends a response in an orderly way must therefore complete the last event first; a reader should check
# for the closing event, [DONE].
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
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
