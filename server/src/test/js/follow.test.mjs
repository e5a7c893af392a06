// What heliograph.js does with each answer of a server, in a page without other tabs. Time moves only when a test moves it.
// Run by PageParserTest, or: node --test server/src/test/js
import assert from 'node:assert/strict';
import test, { afterEach, beforeEach, mock } from 'node:test';
import { follow } from '../../page/heliograph.js';

const OPEN = 'retry: 3000\nevent: stream.open\nid: c0\ndata: {"mode":"fresh","heartbeatMs":15000}\n\n';
const LIVE = 'event: stream.live\nid: c0\ndata: {"replayed":0}\n\n';
const ENDED = 'ended', OFFLINE = 'offline';

let page; // What the page was told.
let requests; // What the server was asked.
let answers; // What the server answers next; a function of the request's signal, or a Response.
let stream;
let stored;

const encoded = (text) => new TextEncoder().encode(text);

/** A response whose body stays open, like a stream's; `feed` adds to it. */
function streaming(...texts) {
  let controller;
  const body = new ReadableStream({ start: (it) => (controller = it) });
  const response = new Response(body, { headers: { 'Content-Type': 'text/event-stream' } });
  response.feed = (text) => controller.enqueue(encoded(text));
  response.cut = () => controller.error(new TypeError('network error'));
  response.end = () => controller.close();
  texts.forEach(response.feed);
  return response;
}

/** Lets everything happen that needs no time. */
async function settle() {
  for (let i = 0; i < 20; i++) await new Promise(setImmediate);
}

async function pass(millis) {
  await settle();
  mock.timers.tick(millis);
  await settle();
}

function start(options = {}) {
  stream = follow('/sse/alice', {
    onEvent: (event) => page.events.push(event),
    onGap: (gap) => page.gaps.push(gap),
    onState: (state, detail) => page.states.push({ state, ...detail }),
    ...options,
  });
  return pass(0);
}

const last = () => page.states.at(-1);
const status = (code, headers = {}) => new Response(code === 204 ? null : 'no', { status: code, headers });

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_800_000_000_000 });
  mock.method(Math, 'random', () => 0.5);
  page = { events: [], gaps: [], states: [] };
  requests = [];
  answers = [];
  stored = new Map();
  globalThis.window = new EventTarget();
  globalThis.document = Object.assign(new EventTarget(), { hidden: false });
  globalThis.location = { href: 'https://example.com/page' };
  Object.defineProperty(globalThis, 'navigator', { value: {}, configurable: true });
  globalThis.sessionStorage = {
    getItem: (key) => stored.get(key) ?? null,
    setItem: (key, value) => stored.set(key, value),
  };
  globalThis.fetch = (url, request) => {
    requests.push({ url: String(url), ...request });
    return new Promise((resolve, reject) => {
      request.signal.addEventListener('abort', () => {
        reject(request.signal.reason);
        answer?.cut?.();
      });
      const answer = answers.shift();
      if (answer instanceof Error) reject(answer);
      else if (answer) resolve(answer);
    });
  };
});

afterEach(async () => {
  stream.close();
  await settle();
  mock.timers.reset();
  mock.restoreAll();
});

test('it delivers events with the cursor after each, and says where it is', async () => {
  answers = [streaming(OPEN, LIVE, 'id: c1\nevent: note\ndata: {"a":1}\n\nid: c2\ndata: b\n\n')];
  await start();

  assert.deepEqual(page.events, [
    { type: 'note', data: '{"a":1}', lastEventId: 'c1' },
    { type: 'message', data: 'b', lastEventId: 'c2' },
  ]);
  assert.deepEqual(page.states, [{ state: 'connecting' }, { state: 'live' }]);
  assert.equal(stream.state, 'live');
  assert.equal(stream.lastEventId, 'c2');
  assert.equal(requests[0].url, 'https://example.com/sse/alice?heartbeat=event');
  assert.equal(requests[0].headers['Last-Event-ID'], undefined);
});

test('it resumes at the last block after a cut, and says that it replays', async () => {
  answers = [streaming(OPEN, LIVE, 'id: c1\ndata: a\n\n'), streaming(OPEN.replace('fresh', 'resumed').replace('c0', 'c1'))];
  const [first] = answers;
  await start();

  first.feed('id: c2\ndata: half'); // It does not count.
  first.cut();
  await settle();
  assert.deepEqual(last(), { state: OFFLINE, reason: 'network', status: undefined, retryInMs: 1_500 });
  await pass(1_500);

  assert.equal(requests[1].headers['Last-Event-ID'], 'c1');
  assert.equal(last().state, 'replaying');
  assert.deepEqual(page.events.map((it) => it.data), ['a']);
});

for (const code of [204, 400, 404, 410]) {
  test(`${code} ends it`, async () => {
    answers = [status(code)];
    await start();
    await pass(3_600_000);

    assert.deepEqual(last(), { state: ENDED, reason: code === 204 ? 'gone' : 'refused', status: code });
    assert.equal(requests.length, 1);
  });
}

for (const code of [403, 408, 425, 429, 500, 502, 503, 504]) {
  test(`${code} is tried again`, async () => {
    answers = [status(code), streaming(OPEN, LIVE)];
    await start();
    assert.deepEqual(last(), { state: OFFLINE, reason: 'refused', status: code, retryInMs: 1_500 });
    await pass(1_500);

    assert.equal(last().state, 'live');
  });
}

test('Retry-After in seconds is respected, and even a page that is shown again does not hurry', async () => {
  answers = [status(503, { 'Retry-After': '7' }), streaming(OPEN, LIVE)];
  await start();
  assert.equal(last().retryInMs, 8_500);

  window.dispatchEvent(new Event('online'));
  document.dispatchEvent(new Event('visibilitychange'));
  await pass(8_499);
  assert.equal(requests.length, 1);
  await pass(1);
  assert.equal(requests.length, 2);
});

test('Retry-After is also a date', async () => {
  answers = [status(429, { 'Retry-After': new Date(Date.now() + 60_000).toUTCString() })];
  await start();

  assert.equal(last().retryInMs, 61_500);
});

test('Retry-After is at most an hour, and a past or malformed one is none', async () => {
  answers = [status(503, { 'Retry-After': '99999999999' })];
  await start();
  assert.equal(last().retryInMs, 3_601_500);
  stream.close();

  answers = [status(503, { 'Retry-After': new Date(0).toUTCString() })];
  await start();
  assert.equal(last().retryInMs, 1_500);
  stream.close();

  answers = [status(503, { 'Retry-After': 'soon' })];
  await start();
  assert.equal(last().retryInMs, 1_500);
});

test('waits double up to 30 s, and any part of one may be drawn', async () => {
  const ceilings = [3_000, 6_000, 12_000, 24_000, 30_000, 30_000];
  answers = ceilings.map(() => new TypeError('unreachable'));
  await start();
  for (const [i, ceiling] of ceilings.entries()) {
    assert.equal(last().retryInMs, ceiling / 2);
    mock.method(Math, 'random', () => (i === 4 ? 0 : 0.5));
    await pass(ceiling / 2);
    if (i === 4) break;
  }

  assert.equal(last().retryInMs, 0);
});

test('a stream that was live starts the waits anew', async () => {
  answers = [new TypeError(), new TypeError(), streaming(OPEN, LIVE)];
  const stream3 = answers[2];
  await start();
  await pass(1_500);
  await pass(3_000);
  assert.equal(last().state, 'live');

  stream3.end();
  await settle();
  assert.equal(last().retryInMs, 1_500);
});

test('a response that is no event stream is tried again', async () => {
  answers = [new Response('<html>', { headers: { 'Content-Type': 'text/html' } })];
  await start();

  assert.equal(last().reason, 'no-stream');
});

test('401 asks for the next token', async () => {
  const tokens = ['old', 'new'];
  answers = [status(401), streaming(OPEN, LIVE)];
  await start({ token: async () => tokens.shift() });
  assert.deepEqual(last(), { state: OFFLINE, reason: 'unauthorized', status: 401, retryInMs: 1_500 });
  await pass(1_500);

  assert.deepEqual(requests.map((it) => it.headers.Authorization), ['Bearer old', 'Bearer new']);
  assert.equal(last().state, 'live');
});

test('a token is kept until it ends', async () => {
  let asked = 0;
  answers = [streaming(OPEN, LIVE), streaming(OPEN, LIVE), streaming(OPEN, LIVE)];
  const [first, second] = answers;
  await start({ token: () => `token ${++asked}` });
  first.cut();
  await pass(0);
  await pass(1_500);
  assert.equal(asked, 1);

  second.feed('retry: 200\nevent: stream.closing\nid: c0\ndata: {"reason":"token-expired","reconnect":true}\n\n');
  await settle();
  assert.equal(last().retryInMs, 200); // Exactly: the server has spread it.
  await pass(200);
  assert.equal(asked, 2);
});

test('a token that nears its end is not used again', async () => {
  let asked = 0;
  answers = [streaming(OPEN, LIVE, 'event: stream.expiring\nid: c0\ndata: {"inMs":60000}\n\n'), streaming(OPEN, LIVE)];
  const [first] = answers;
  await start({ token: () => `token ${++asked}` });
  first.cut();
  await pass(0);
  await pass(1_500);

  assert.equal(requests[1].headers.Authorization, 'Bearer token 2');
});

test('401 without a function, or null from it, ends it', async () => {
  answers = [status(401)];
  await start();
  assert.deepEqual(last(), { state: ENDED, reason: 'unauthorized', status: 401 });

  await start({ token: () => null });
  assert.deepEqual(last(), { state: ENDED, reason: 'unauthorized', status: undefined });
  assert.equal(requests.length, 1);
});

test('a function that fails, or never answers, is asked again', async () => {
  const results = [() => Promise.reject(new Error('offline')), () => new Promise(() => {}), () => 'token'];
  answers = [streaming(OPEN, LIVE)];
  await start({ token: () => results.shift()() });
  assert.equal(last().reason, 'network');
  await pass(1_500);
  await pass(10_000);
  assert.equal(last().reason, 'network');
  await pass(3_000);

  assert.equal(last().state, 'live');
});

test('a ticket is sent in the URL', async () => {
  answers = [streaming(OPEN, LIVE)];
  await start({ ticket: () => 'a+b' });

  assert.equal(requests[0].url, 'https://example.com/sse/alice?heartbeat=event&ticket=a%2Bb');
  assert.equal(requests[0].headers.Authorization, undefined);
});

test('with both functions, only the ticket is sent', async () => {
  answers = [streaming(OPEN, LIVE)];
  await start({ ticket: () => 'a', token: () => 'b' });

  assert.equal(requests[0].url, 'https://example.com/sse/alice?heartbeat=event&ticket=a');
  assert.equal(requests[0].headers.Authorization, undefined);
});

test('reconnect:false ends it with the reason, and a reload is a new reader', async () => {
  answers = [streaming(OPEN, LIVE, 'event: stream.closing\nid: c1\ndata: {"reason":"kicked","reconnect":false}\n\n')];
  await start();
  await pass(3_600_000);

  assert.deepEqual(last(), { state: ENDED, reason: 'kicked', status: undefined });
  assert.equal(requests.length, 1);
  assert.deepEqual([...stored.values()], ['']);
});

test('a drain waits exactly as the server says', async () => {
  answers = [
    streaming(OPEN, LIVE, 'retry: 4305\nevent: stream.closing\nid: c1\ndata: {"reason":"drain","reconnect":true}\n\n'),
    streaming(OPEN, LIVE),
  ];
  await start();
  assert.deepEqual(last(), { state: OFFLINE, reason: 'drain', status: undefined, retryInMs: 4_305 });
  await pass(4_304);
  assert.equal(requests.length, 1);
  await pass(1);

  assert.equal(last().state, 'live');
});

test('silence for two heartbeats and 5 s is a dead network', async () => {
  answers = [streaming(OPEN.replace('15000', '5000'), LIVE), streaming(OPEN, LIVE)];
  const [first] = answers;
  await start();
  await pass(14_999);
  first.feed('event: stream.heartbeat\nid: c9\ndata: {"time":1}\n\n');
  await settle();
  await pass(14_999);
  assert.equal(last().state, 'live');
  await pass(1);
  assert.equal(last().reason, 'network');
  assert.ok(requests[0].signal.aborted);
  await pass(1_500);

  assert.equal(requests[1].headers['Last-Event-ID'], 'c9');
});

test('a head that does not come within 10 s is a dead network', async () => {
  await start();
  await pass(9_999);
  assert.equal(last().state, 'connecting');
  await pass(1);

  assert.equal(last().reason, 'network');
});

test('a network that comes back ends the wait', async () => {
  answers = [new TypeError('unreachable'), streaming(OPEN, LIVE)];
  await start();
  window.dispatchEvent(new Event('online'));
  await pass(0);

  assert.equal(last().state, 'live');
});

test('a page that is shown after more than a heartbeat without a word connects anew', async () => {
  answers = [streaming(OPEN, LIVE), streaming(OPEN, LIVE)];
  await start();
  await pass(17_500);
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();
  assert.equal(last().state, 'live');
  await pass(1);
  document.dispatchEvent(new Event('visibilitychange'));
  await settle();

  assert.equal(last().state, OFFLINE);
});

test('a page that is left has no connection, and one that comes back resumes', async () => {
  answers = [streaming(OPEN, LIVE, 'id: c1\ndata: a\n\n'), streaming(OPEN, LIVE)];
  await start();
  window.dispatchEvent(new Event('pagehide'));
  await settle();
  assert.ok(requests[0].signal.aborted);
  assert.deepEqual([...stored.values()], ['c1']);
  await pass(3_600_000);
  assert.equal(requests.length, 1);

  window.dispatchEvent(Object.assign(new Event('pageshow'), { persisted: true }));
  await pass(0);
  await pass(250);
  await pass(0);
  assert.equal(requests[1].headers['Last-Event-ID'], 'c1');
});

test('a reload resumes, unless the page says where to start', async () => {
  answers = [streaming(OPEN, LIVE, 'id: c1\ndata: a\n\n'), streaming(OPEN, LIVE), streaming(OPEN, LIVE)];
  await start();
  await pass(200); // It is written that often.
  stream.close();
  await start();
  assert.equal(requests[1].headers['Last-Event-ID'], 'c1');
  stream.close();
  await start({ lastEventId: 'c7' });
  assert.equal(requests[2].headers['Last-Event-ID'], 'c7');
});

test('a gap is told, and an unknown control event is not', async () => {
  answers = [
    streaming(OPEN, LIVE, 'event: stream.gap\nid: c5\ndata: {"log":"user","reason":"expired","lost":3}\n\n',
      'event: stream.new\nid: c6\ndata: {}\n\n'),
  ];
  await start();

  assert.deepEqual(page.gaps, [{ log: 'user', reason: 'expired', lost: 3 }]);
  assert.deepEqual(page.events, []);
  assert.equal(stream.lastEventId, 'c6');
});

test('an exception of the page does not stop the stream', async () => {
  const seen = [];
  answers = [streaming(OPEN, LIVE, 'data: a\n\ndata: b\n\n')];
  await start({
    onEvent: ({ data }) => {
      seen.push(data);
      throw new Error('a fault of the page');
    },
  });

  assert.deepEqual(seen, ['a', 'b']);
  assert.throws(() => mock.timers.tick(1), /a fault of the page/); // Uncaught, as in any page.
  assert.equal(last().state, 'live');
});

test('a signal closes it, also in the middle of what has arrived', async () => {
  const control = new AbortController();
  const seen = [];
  answers = [streaming(OPEN, LIVE, 'data: a\n\ndata: b\n\n')];
  await start({
    signal: control.signal,
    onEvent: ({ data }) => {
      seen.push(data);
      control.abort();
    },
  });

  assert.deepEqual(seen, ['a']);
  assert.deepEqual(last(), { state: ENDED, reason: 'closed', status: undefined });
  assert.ok(requests[0].signal.aborted);
});

test('a signal that is aborted already connects never', async () => {
  await start({ signal: AbortSignal.abort() });

  assert.deepEqual(page.states.map((it) => it.state), [ENDED]);
  assert.equal(requests.length, 0);
});

test('a page that closes it when it is told that it connects gets no connection', async () => {
  await start({
    onState: (state) => {
      page.states.push(state);
      stream.close();
    },
  });
  await pass(0);

  assert.deepEqual(page.states, ['connecting', ENDED]);
  assert.equal(requests.length, 0);
});

test('a page that closes it when it connects again gets no other connection', async () => {
  answers = [new TypeError('unreachable'), streaming(OPEN, LIVE)];
  await start({
    onState: (state) => {
      page.states.push(state);
      if (state === 'connecting' && requests.length) stream.close();
    },
  });
  await pass(1_500);

  assert.deepEqual(page.states, ['connecting', OFFLINE, 'connecting', ENDED]);
  assert.equal(requests.length, 1);
});

test('a page that follows anew when it is told of the end is a new reader', async () => {
  answers = [streaming(OPEN, LIVE, 'id: c1\ndata: a\n\n'), streaming(OPEN, LIVE)];
  const [first] = answers;
  let next;
  await start({ onState: (state) => state === ENDED && (next ??= follow('/sse/alice')) });
  await pass(200);
  assert.deepEqual([...stored.values()], ['c1']);
  first.feed('event: stream.closing\nid: c1\ndata: {"reason":"kicked","reconnect":false}\n\n');
  await pass(0);
  await pass(0);
  next.close();

  assert.equal(requests.length, 2);
  assert.equal(requests[1].headers['Last-Event-ID'], undefined);
});

// ---- With other tabs ----

/** Web Locks and channels of which a test says what they do. `grant(name)` gives this page a lock. */
function sharing() {
  const tabs = { locks: new Map(), channel: undefined };
  const request = (name, options, callback) =>
    new Promise((resolve, reject) => {
      tabs.locks.set(name, () => callback().then(resolve, reject));
      options.signal?.addEventListener('abort', () => reject(options.signal.reason));
    });
  Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true });
  globalThis.BroadcastChannel = function () {
    return (tabs.channel = { postMessage() {}, close() {} });
  };
  tabs.hear = (message) =>
    tabs.channel.onmessage({ data: { term: 1, events: [], state: 'live', detail: {}, silence: 35_000, failures: 0, notBefore: 0, ...message } });
  return tabs;
}

const LOCK = 'heliograph https://example.com/sse/alice true';

test('a page whose browser denies channels has a connection of its own', async () => {
  sharing();
  globalThis.BroadcastChannel = function () {
    throw new DOMException('no storage', 'SecurityError');
  };
  answers = [streaming(OPEN, LIVE)];
  await start();

  assert.equal(last().state, 'live');
});

test('a leader that is closed while it is offline gives the lead away at once', async () => {
  const tabs = sharing();
  answers = [status(503, { 'Retry-After': '3600' })];
  await start({ onState: (state) => state === OFFLINE && stream.close() });
  let isOver = false;
  tabs.locks.get(LOCK)().then(() => (isOver = true));
  await pass(0);

  assert.equal(stream.state, ENDED);
  assert.ok(isOver);
});

test('a tab that is behind waits for its turn, but not forever for a tab that hangs', async () => {
  const tabs = sharing();
  answers = [streaming(OPEN, LIVE)];
  await start({ lastEventId: 'c1' });
  tabs.hear({ cursor: 'c2' });
  await pass(250);
  assert.ok(tabs.locks.has(LOCK + ' solo'));
  for (let i = 0; i < 29; i++) {
    tabs.hear({ cursor: 'c2' });
    await pass(1_000);
  }
  assert.equal(requests.length, 0);
  await pass(1_000);
  await pass(0);

  assert.equal(requests[0].headers['Last-Event-ID'], 'c1');
});
