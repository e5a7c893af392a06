#!/usr/bin/env bash
# uri-template-lite 23.4.0 (npm), Node.js 20: it does not match a URL that it made from the same template.
#
# RFC 6570 leaves out an undefined variable of `{?a,b}`, and a variable of `{/a,b}` together with its separator. Topic
# selectors and routers use such templates in both directions: expand() makes a URL, match() returns its variables.
#
# Seen: with a variable left out, match() returns null, so a subscription with an optional parameter never matches. The
# order counts as well: `?b=2&a=1` does not match. A list in `{/path*}` returns as one string. Also seen: `{+text}`
# encodes the percent sign of "a%20b" again, which RFC 6570 (3.2.3) excludes for reserved expansion. uri-templates 0.2.0
# does all of it as expected.
#
# Needs node 18 or newer and npm. Exits with 0 if the behavior is unchanged, with 1 if it has changed.
set -euo pipefail

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
npm install --silent --no-audit --no-fund --prefix "$dir" uri-template-lite@23.4.0 uri-templates@0.2.0

cat >try.cjs <<'JS'
const Lite = require('uri-template-lite');
const templates = require('uri-templates');

const packages = {
  lite: template => {
    const lite = new Lite(template);
    return { expand: values => lite.expand(values), match: url => lite.match(url) };
  },
  templates: template => {
    const parsed = templates(template);
    return { expand: values => parsed.fill(values), match: url => parsed.fromUri(url) };
  },
};
for (const [name, make] of Object.entries(packages)) {
  for (const [template, values] of [
    ['/orders{?from,to}', { from: '1', to: '2' }],
    ['/orders{?from,to}', { from: '1' }],
    ['/books{/path*}', { path: ['a', 'b'] }],
    ['/books/{+text}', { text: 'a%20b' }],
  ]) {
    const { expand, match } = make(template);
    const url = expand(values);
    console.log(name, template, url, JSON.stringify(match(url)));
  }
}
JS
node try.cjs | tee seen

diff - seen <<'EXPECTED' || { echo "changed" >&2; exit 1; }
lite /orders{?from,to} /orders?from=1&to=2 {"from":"1","to":"2"}
lite /orders{?from,to} /orders?from=1 null
lite /books{/path*} /books/a/b {"path":["a/b"]}
lite /books/{+text} /books/a%2520b {"text":"a%20b"}
templates /orders{?from,to} /orders?from=1&to=2 {"from":"1","to":"2"}
templates /orders{?from,to} /orders?from=1 {"from":"1"}
templates /books{/path*} /books/a/b {"path":["a","b"]}
templates /books/{+text} /books/a%20b {"text":"a%20b"}
EXPECTED
