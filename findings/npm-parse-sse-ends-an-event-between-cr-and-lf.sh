#!/usr/bin/env bash
# parse-sse 0.1.0 and event-stream-parser 1.0.2 (npm), Node.js 20: a CRLF that two chunks divide ends the event.
#
# The HTML standard (9.2.6) counts CRLF as one line end. Where the network or a proxy cuts a stream into chunks has no
# meaning, so a chunk may end between CR and LF.
#
# Seen: if a chunk ends with the CR, both packages take the LF of the next chunk as an empty line, which ends the event.
# `event: note` is lost and its data arrives with the type "message", or one event arrives as two. Only streams with
# CRLF are affected, and only some of their events, so it looks like a fault of the server. eventsource-parser 3.1.1
# reads the same chunks correctly. A server that ends its lines with LF avoids this.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" parse-sse@0.1.0 event-stream-parser@1.0.2 \
  eventsource-parser@3.1.1

cat >try.mjs <<'JS'
import { parseServerSentEvents } from 'parse-sse';
import parser from 'event-stream-parser';
import { EventSourceParserStream } from 'eventsource-parser/stream';

const readers = {
  'parse-sse': body => parseServerSentEvents(new Response(body)),
  'event-stream-parser': body => parser.parse(body),
  'eventsource-parser': body =>
    body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream()),
};
const streams = {
  'one chunk': ['event: note\r\ndata: one\r\ndata: two\r\n\r\n'],
  'cut after the type': ['event: note\r', '\ndata: one\r\ndata: two\r\n\r\n'],
  'cut inside the data': ['event: note\r\ndata: one\r', '\ndata: two\r\n\r\n'],
};
for (const [name, read] of Object.entries(readers)) {
  for (const [cut, chunks] of Object.entries(streams)) {
    const body = new ReadableStream({
      start(controller) {
        chunks.forEach(chunk => controller.enqueue(new TextEncoder().encode(chunk)));
        controller.close();
      },
    });
    const events = [];
    for await (const event of await read(body)) events.push([event.event ?? event.type, event.data]);
    console.log(name, '-', cut, JSON.stringify(events));
  }
}
JS
node try.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
parse-sse - one chunk [["note","one\ntwo"]]
parse-sse - cut after the type [["message","one\ntwo"]]
parse-sse - cut inside the data [["note","one"],["message","two"]]
event-stream-parser - one chunk [["note","one\ntwo"]]
event-stream-parser - cut after the type [["message","one\ntwo"]]
event-stream-parser - cut inside the data [["note","one"],["message","two"]]
eventsource-parser - one chunk [["note","one\ntwo"]]
eventsource-parser - cut after the type [["note","one\ntwo"]]
eventsource-parser - cut inside the data [["note","one\ntwo"]]
EXPECTED
