#!/usr/bin/env bash
# cloudevents 10.0.0 (npm), Node.js 20: an event with the data 0, false or "" loses it on the way, and receives a time.
#
# In the JSON format of CloudEvents (3.1), `data` may be any JSON value. `time` is optional (specification, 3.1), and a
# sender that has none omits it.
#
# Seen: HTTP.toEvent() returns an event without data for `"data": 0`, `false` and `""`; in a batch it keeps them. An
# event without `time` receives the time at which it was read, so two readers of one event disagree, and a forwarded
# event claims a time that its source never set. A time with microseconds is cut to milliseconds. Also seen:
# HTTP.binary() writes "Zürich 100%" into a `ce-` header as it is, and toEvent() returns "Z%C3%BCrich", although the
# HTTP binding (3.1.3.2) asks for percent-encoding. A gateway should pass on the original bytes.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" cloudevents@10.0.0

cat >try.cjs <<'JS'
const { CloudEvent, HTTP } = require('cloudevents');

const event = { specversion: '1.0', id: '1', source: '/meters', type: 'reading' };
const read = (body, type = 'application/cloudevents+json') =>
  HTTP.toEvent({ headers: { 'content-type': type }, body: JSON.stringify(body) });

for (const data of [{ value: 0 }, 0, false, '', 5]) {
  const structured = read({ ...event, data });
  const [batched] = read([{ ...event, data }], 'application/cloudevents-batch+json');
  console.log('data', JSON.stringify(data), '->', JSON.stringify(structured.data), JSON.stringify(batched.data));
}

const age = Date.now() - Date.parse(read({ ...event, data: 5 }).time);
console.log('without time: the time of reading', age >= 0 && age < 60_000);
console.log('time', JSON.parse(JSON.stringify(read({ ...event, time: '2026-01-02T03:04:05.123456Z' }))).time);

const { headers } = HTTP.binary(new CloudEvent({ ...event, subject: 'Zürich 100%', data: 'x' }));
console.log('binary', headers['ce-subject']);
const binary = { 'ce-specversion': '1.0', 'ce-id': '1', 'ce-source': '/meters', 'ce-type': 'reading' };
console.log('read', HTTP.toEvent({ headers: { ...binary, 'ce-subject': 'Z%C3%BCrich%20100%25' }, body: '' }).subject);
JS
node try.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
data {"value":0} -> {"value":0} {"value":0}
data 0 -> undefined 0
data false -> undefined false
data "" -> undefined ""
data 5 -> 5 5
without time: the time of reading true
time 2026-01-02T03:04:05.123Z
binary Zürich 100%
read Z%C3%BCrich%20100%25
EXPECTED
