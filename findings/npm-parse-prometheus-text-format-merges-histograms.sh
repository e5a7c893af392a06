#!/usr/bin/env bash
# parse-prometheus-text-format 1.1.1 (npm), Node.js 20: of a histogram with labels, one set of labels is left.
#
# The text format of Prometheus has one family for all label sets of a histogram: each has its own buckets, sum and
# count.
#
# Seen: the package gives a family of type histogram (or summary) one set of buckets. The buckets of the label set that
# comes last replace those of all others with the same `le`; the labels themselves, the sums and the counts are gone.
# There is no error. A test that reads "the" count of a histogram with it sees one label set, or nothing. Also seen: a
# blank after the comma between two labels, which Prometheus reads, is an error here.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" parse-prometheus-text-format@1.1.1

cat >try.mjs <<'JS'
import module from 'parse-prometheus-text-format';

const parse = module.default ?? module;
const histogram = (node, below, all, sum) => `
delay_seconds_bucket{node="${node}",le="1"} ${below}
delay_seconds_bucket{node="${node}",le="+Inf"} ${all}
delay_seconds_sum{node="${node}"} ${sum}
delay_seconds_count{node="${node}"} ${all}`;
const text = '# TYPE delay_seconds histogram' + histogram('a', 1, 2, 3) + histogram('b', 10, 20, 30) + '\n';
console.log(JSON.stringify(parse(text)[0].metrics));

for (const labels of ['{a="1",b="2"}', '{a="1",b="2",}', '{a="1", b="2"}']) {
  try {
    console.log(labels, JSON.stringify(parse(`# TYPE x gauge\nx${labels} 5\n`)[0].metrics));
  } catch (error) {
    console.log(labels, error.message);
  }
}
JS
node try.mjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
[{"buckets":{"1":"10","+Inf":"20"}}]
{a="1",b="2"} [{"value":"5","labels":{"a":"1","b":"2"}}]
{a="1",b="2",} [{"value":"5","labels":{"a":"1","b":"2"}}]
{a="1", b="2"} Encountered invalid line: x{a="1", b="2"} 5
EXPECTED
