#!/usr/bin/env bash
# openapi-typescript 7.13.0 (npm), Node.js 20: accepts OpenAPI 3.2 and leaves out its streams and methods.
#
# OpenAPI 3.2 describes a stream by the schema of its items (`itemSchema`), has the method `query`, and lists further
# methods under `additionalOperations`.
#
# Seen: there is no error and no warning for version 3.2. An event stream with an itemSchema has the type unknown, as if
# it had no schema, so any use of its events compiles. The operations under `query` and `additionalOperations` do not
# exist in the types. Also seen: @scalar/openapi-parser 0.24.17 knows version 3.2, but reports a schema under
# components/schemas as invalid ("Property type is not expected to be here"); it accepts the same document as 3.1. A
# server with streams should offer its description as 3.1, too, with the event as a named schema.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" openapi-typescript@7.13.0 typescript@5.9.3 \
  @scalar/openapi-parser@0.24.17

cat >streams.yaml <<'YAML'
openapi: 3.2.0
info: { title: Streams, version: '1' }
paths:
  /events:
    get:
      responses:
        '200':
          description: One item for each event.
          content:
            text/event-stream:
              itemSchema: { $ref: '#/components/schemas/Event' }
    query:
      responses:
        '204': { description: Nothing found. }
    additionalOperations:
      LINK:
        responses:
          '204': { description: Linked. }
components:
  schemas:
    Event:
      type: object
      properties:
        data: { type: string }
YAML
node_modules/.bin/openapi-typescript streams.yaml >types.ts 2>log
grep '"text/event-stream"' types.ts | tee seen
grep -Eic '\b(query|link): \{' types.ts | sed 's/^/operations query and link: /' | tee -a seen || true
grep -ic 'warn\|unsupported\|3\.2' log | sed 's/^/warnings: /' | tee -a seen || true

cat >try.mjs <<'JS'
import { validate } from '@scalar/openapi-parser';

for (const openapi of ['3.1.0', '3.2.0']) {
  const { valid, errors } = await validate({
    openapi,
    info: { title: 'Schemas', version: '1' },
    paths: {},
    components: { schemas: { Event: { type: 'object' } } },
  });
  console.log('scalar', openapi, valid, errors?.at(-1)?.message ?? '');
}
JS
node try.mjs | sed 's/ *$//' | tee -a seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
                        "text/event-stream": unknown;
operations query and link: 0
warnings: 0
scalar 3.1.0 true
scalar 3.2.0 false Property type is not expected to be here
EXPECTED
