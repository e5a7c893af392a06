// The parser of heliograph.js against the HTML standard, section 9.2.6, and the golden vectors. Run by PageParserTest, or:
// node --test server/src/test/js
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { parser } from '../../page/heliograph.js';

const VECTORS = new URL('../../../../docs/protocol/vectors/', import.meta.url);

/** Parses pieces of a size, and returns the events and retry times in order, as lines of a vector's `.expected`. */
function parsed(bytes, size) {
  const seen = [];
  const parse = parser(
    ({ id, type, data }) => data !== undefined && seen.push({ id, type, data }),
    (millis) => seen.push({ retry: millis }),
  );
  for (let at = 0; at < bytes.length; at += size) parse(bytes.subarray(at, at + size));
  return seen;
}

/** The same, however the bytes are cut. */
function assertParsed(bytes, expected) {
  for (let size = 1; size <= bytes.length; size++) {
    assert.deepEqual(parsed(bytes, size), expected, `in pieces of ${size} bytes`);
  }
}

const bytesOf = (text) => new TextEncoder().encode(text);
const event = (data, type = 'message', id = '') => ({ id, type, data });

const CASES = {
  'a line ends with LF, CR or CRLF': ['data: 1\ndata: 2\rdata: 3\r\n\r\n', [event('1\n2\n3')]],
  'CR CR ends a block at once': ['data: 1\r\rdata: 2\r\r', [event('1'), event('2')]],
  'CRLF is one line end, also where it ends a block': ['data: 1\r\n\r\ndata: 2\r\n\r\n', [event('1'), event('2')]],
  'LF CR is two': ['data: 1\n\rdata: 2\n\r', [event('1'), event('2')]],
  'one byte order mark is no text': ['\ufeffdata: 1\n\n', [event('1')]],
  'a second one is': ['\ufeff\ufeffdata: 1\n\ndata: 2\n\n', [event('2')]],
  'one space after the colon is dropped, more are data': ['data:  a \ndata:\tb\ndata:c\n\n', [event(' a \n\tb\nc')]],
  'a comment is nothing': [': no\n:data: no\ndata: 1\n:\n\n', [event('1')]],
  'a line without a colon is a field without a value': ['data\ndata\n\n', [event('\n')]],
  'data of one empty line is an event': ['data:\n\n', [event('')]],
  'a block without data is no event, but its id counts': ['id: 7\n\ndata: 1\n\n', [event('1', 'message', '7')]],
  'a block without data forgets its type': ['event: a\n\ndata: 1\n\n', [event('1')]],
  'a type is for one event': ['event: a\ndata: 1\n\ndata: 2\n\n', [event('1', 'a'), event('2')]],
  'the last type counts, and an empty one is message': ['event: a\nevent:\ndata: 1\n\n', [event('1')]],
  'an id stays': ['id: 7\ndata: 1\n\ndata: 2\n\n', [event('1', 'message', '7'), event('2', 'message', '7')]],
  'an empty id takes it away': ['id: 7\ndata: 1\n\nid\ndata: 2\n\n', [event('1', 'message', '7'), event('2')]],
  'an id with NUL is ignored': ['id: 7\nid: 8\0\ndata: 1\n\n', [event('1', 'message', '7')]],
  'NUL in data is data': ['data: a\0b\n\n', [event('a\0b')]],
  'names are in lower case, without spaces': ['Data: 1\n data: 2\ndata : 3\ndata: 4\n\n', [event('4')]],
  'retry is of digits only': ['retry: 12\nretry: 1.5\nretry: -1\nretry: 1e3\nretry:\nretry: \u0661\n', [{ retry: 12 }]],
  'an event that is not ended is none': ['data: 1\n\ndata: 2\n', [event('1')]],
  'characters of two to four bytes survive a cut': ['data: é☂😀\n\n', [event('é☂😀')]],
  'a colon in a value stays': ['data: a: b:c\n\n', [event('a: b:c')]],
};

for (const [name, [text, expected]] of Object.entries(CASES)) {
  test(name, () => assertParsed(bytesOf(text), expected));
}

test('bytes that are not UTF-8 become U+FFFD', () => {
  assertParsed(Uint8Array.of(...bytesOf('data: '), 0xff, 0xc3, 10, 10), [event('\ufffd\ufffd')]);
});

test('the comment traceparent belongs to its block only', () => {
  const traces = [];
  parser(({ trace }) => traces.push(trace))(bytesOf(':\n: traceparent 00-a\ndata: 1\n\n:traceparent\ndata: 2\n\ndata: 3\n\n'));
  assert.deepEqual(traces, ['00-a', undefined, undefined]);
});

test('an event without an end is refused before it fills the memory', () => {
  const parse = parser(() => assert.fail('it has no end'));
  const line = bytesOf('data: ' + 'x'.repeat(2 ** 20 - 7) + '\n');
  for (let i = 0; i < 16; i++) parse(line);
  assert.throws(() => parse(line), /too long/);
});

for (const file of readdirSync(VECTORS).filter((name) => name.endsWith('.sse'))) {
  test(`golden vector ${file}`, () => {
    const expected = [];
    for (const line of readFileSync(new URL(file.replace('.sse', '.expected'), VECTORS), 'utf8').split('\n').slice(0, -1)) {
      const space = line.indexOf(' ');
      const [word, value] = space < 0 ? [line, ''] : [line.slice(0, space), line.slice(space + 1)];
      const last = expected.at(-1);
      if (word === 'retry') expected.push({ retry: Number(value) });
      else if (word === 'event') expected.push({ id: expected.findLast((it) => it.id)?.id ?? '', type: value, data: undefined });
      else if (word === 'id') last.id = value;
      else if (word === 'data') last.data = last.data === undefined ? value : `${last.data}\n${value}`;
      else assert.equal(word, 'comment');
    }
    assertParsed(readFileSync(new URL(file, VECTORS)), expected);
  });
}
