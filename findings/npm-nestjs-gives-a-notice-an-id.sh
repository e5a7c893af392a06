#!/usr/bin/env bash
# NestJS 12.5.1 (npm, @nestjs/core), Node.js 20: an event without an id receives one, which moves the cursor.
#
# The HTML standard (9.2.6) keeps the last event id until another `id` line arrives. A server can therefore give ids
# only to events that it can replay, and send notices and progress in between without one.
#
# Seen: `@Sse` writes an id into every message that has none, from a counter that starts at 1 for each connection. After
# the event 57 and a notice, a browser reconnects with `Last-Event-ID: 1`, which the handler takes for an old position
# or for one that never was. `id: undefined` does not help. A message that has only a comment receives no id. An
# application has to repeat the id of the last event in every notice.
#
# Needs node 20 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" @nestjs/core@12.5.1 @nestjs/common@12.5.1 \
  @nestjs/platform-express@12.5.1 reflect-metadata@0.2.2 rxjs@7.8.2

cat >try.mjs <<'JS'
import 'reflect-metadata';
import { Controller, Module, Sse } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { of } from 'rxjs';

// What the decorators of TypeScript do.
class Streams {
  events() {
    return of({ id: '57', data: 'an event' }, { id: undefined, data: 'a notice' }, { comment: 'alive' });
  }
}
Sse('events')(Streams.prototype, 'events', Object.getOwnPropertyDescriptor(Streams.prototype, 'events'));
Controller()(Streams);
class Application {}
Module({ controllers: [Streams] })(Application);

const application = await NestFactory.create(Application, { logger: false });
await application.listen(0, '127.0.0.1');
const response = await fetch(`http://127.0.0.1:${application.getHttpServer().address().port}/events`);
console.log(JSON.stringify(await response.text()));
process.exit(0);
JS
node try.mjs | tee seen

expected='"\nid: 57\ndata: an event\n\nid: 1\ndata: a notice\n\n: alive\n\n"'
[[ $(cat seen) == "$expected" ]] || { echo "changed: expected $expected" >&2; exit 1; }
