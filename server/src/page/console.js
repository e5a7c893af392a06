/**
 * The console: what a Heliograph server does, in a page for operators. It uses the public API and heliograph.js only.
 * Nothing is written as HTML, so that what events hold stays text. License: Apache-2.0.
 *
 * A view asks the server only while it is shown and the page is seen. Lists are bounded by what the server is asked for.
 */
import { follow } from './heliograph.js';

const OVERVIEW_MILLIS = 3_000;
const USERS_MILLIS = 10_000;
const USER_MILLIS = 5_000;
const MAX_WAIT_MILLIS = 30_000; // The longest wait after failures.
const CHART_MILLIS = 300_000;
const DELAY_MILLIS = 60_000; // The span of the percentiles.
const PAGE_SIZE = 50; // Users on a page.
const KEPT = 50; // Kept events that are shown.
const TAIL_ROWS = 200;
const TAIL_RATE = 200; // Events per second that the server sends at most.
const UNSEEN_MILLIS = 30_000; // A tail goes on so long after the page is hidden: a look at another tab loses nothing.
const MAX_TEXT = 8_000; // Characters of an event's data that are shown.
const MAX_LINE = 160; // What is shown before it is opened.

const asksForToken = document.documentElement.dataset.auth === 'jwt';
const base = new URL('.', document.baseURI);
const $ = (id) => document.getElementById(id);
const encoded = encodeURIComponent;

let token = ''; // In memory only; never in a URL or a store.
let view; // The one that is shown.

// ---- The server ----

/** An answer that is not the one that was asked for; status 0 if there was none. */
class Refusal extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }
}

/** Calls the API and returns its JSON; text for /metrics. */
async function call(method, path, { body, signal, bearer = token } = {}) {
  let response, text;
  try {
    response = await fetch(new URL(path, base), {
      method,
      body,
      signal,
      cache: 'no-store',
      credentials: 'same-origin',
      headers: {
        Accept: 'application/json, text/plain;q=0.5',
        ...(body && { 'Content-Type': 'application/json' }),
        ...(bearer && { Authorization: 'Bearer ' + bearer }),
      },
    });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal(0, '');
  }
  const isJson = /json/.test(response.headers.get('Content-Type'));
  if (response.ok) return isJson ? JSON.parse(text) : text;
  let detail = '';
  try {
    detail = JSON.parse(text).detail ?? '';
  } catch {
    // A proxy's page. The status says enough.
  }
  const refusal = new Refusal(response.status, detail);
  if (refusal.status === 401 && bearer && bearer === token)
    signOut('The server no longer accepts this token. ' + detail);
  throw refusal;
}

/** A failure in plain words. */
function explained({ status, message }) {
  switch (status) {
    case 0:
      return 'The server does not answer. It may be restarting, or the network is down.';
    case 401:
      return 'The server does not accept this token. ' + message;
    case 403:
      return 'The server does not allow this. ' + message;
    case 429:
      return 'The server asks to wait: there were too many requests. ' + message;
    case 502:
    case 504:
      return 'The proxy in front of the server does not reach it.';
    case 503:
      return 'The server cannot answer at the moment. ' + message;
    default:
      return status ? `The server answered with status ${status}. ${message}` : `The console has a fault: ${message}`;
  }
}

function tellProblem(error) {
  $('problem-text').textContent = explained(error);
  $('problem').hidden = false;
}

/** Asks again and again while its view is shown and the page is seen. */
class Poll {
  #ask;
  #millis;
  #timer;
  #task;
  #failures = 0;
  #on = false;

  constructor(ask, millis) {
    this.#ask = ask;
    this.#millis = millis;
  }

  start() {
    this.#on = true;
    this.now();
  }

  stop() {
    this.#on = false;
    this.pause();
  }

  pause() {
    clearTimeout(this.#timer);
    this.#task?.abort();
  }

  async now() {
    this.pause();
    if (!this.#on || document.hidden) return;
    const task = (this.#task = new AbortController());
    try {
      await this.#ask(task.signal);
      this.#failures = 0;
      $('problem').hidden = true;
    } catch (error) {
      if (task.signal.aborted) return;
      this.#failures++;
      tellProblem(error);
      if (!(error instanceof Refusal)) console.error(error);
    }
    if (task.signal.aborted) return;
    this.#timer = setTimeout(() => this.now(), Math.min(MAX_WAIT_MILLIS, this.#millis * 2 ** this.#failures));
  }
}

// ---- Elements and texts ----

/** An element with properties and children; texts stay text. */
function el(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

function svg(name, attributes) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/** Makes the list show the items, and keeps the rows, and with them the focus, of those that it already shows. */
function sync(list, items, keyOf, create, update = () => {}) {
  const keys = items.map(keyOf);
  const old = new Map([...list.children].map((row) => [row.dataset.key, row]));
  for (const [key, row] of old) {
    if (keys.includes(key)) continue;
    if (row.contains(document.activeElement)) list.closest('section').querySelector('h1').focus();
    row.remove();
  }
  items.forEach((item, i) => {
    const row = old.get(keys[i]) ?? create(item);
    row.dataset.key = keys[i];
    update(row, item);
    if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
  });
}

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const number = (value) => (value < 10 ? tenth : whole).format(value);
const counted = (count, one, many = one + 's') => `${whole.format(count)} ${count === 1 ? one : many}`;

function bytes(count) {
  let unit = 0;
  for (; count >= 1024 && unit < 4; unit++) count /= 1024;
  return `${number(count)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`;
}

/** A span in its two largest units. */
function span(seconds) {
  const units = [
    [86_400, 'd'],
    [3_600, 'h'],
    [60, 'min'],
    [1, 's'],
  ];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return '0 s';
  let rest = Math.floor(seconds);
  return units
    .slice(first, first + 2)
    .map(([size, unit]) => {
      const count = Math.floor(rest / size);
      rest %= size;
      return count ? `${count} ${unit}` : '';
    })
    .join(' ')
    .trim();
}

const clock = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});
const day = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

function time(millis) {
  const date = new Date(millis);
  const isToday = date.toDateString() === new Date().toDateString();
  return el('time', {
    dateTime: date.toISOString(),
    title: date.toISOString(),
    textContent: (isToday ? clock : day).format(date),
  });
}

/** An event's data: what is long is opened by hand. */
function data(text) {
  const shown =
    text.length > MAX_TEXT
      ? `${text.slice(0, MAX_TEXT)}… and ${counted(text.length - MAX_TEXT, 'more character')}`
      : text;
  const line = shown.slice(0, MAX_LINE).split('\n')[0];
  if (line === shown) return el('span', { className: 'data', textContent: shown });
  return el('details', { className: 'data' }, el('summary', { textContent: line + '…' }), shown);
}

/** Terms and values; a value may have a small text behind it. */
function showPairs(list, pairs) {
  list.replaceChildren(
    ...pairs.map(([term, value, small]) =>
      el(
        'div',
        {},
        el('dt', { textContent: term }),
        el('dd', { textContent: value }, small && el('small', { textContent: ' ' + small })),
      ),
    ),
  );
}

/** Counts with bars, the largest first. */
function bars(rows, shown = (count) => whole.format(count)) {
  const most = Math.max(...rows.map(([, count]) => count));
  return rows.map(([label, count]) => {
    const bar = el('i');
    bar.style.width = `${(100 * count) / most}%`;
    return el(
      'div',
      {},
      el('b', { textContent: label }),
      el('span', { className: 'num', textContent: shown(count) }),
      el('span', { className: 'of' }, bar),
    );
  });
}

let toastTimer;

function toast(text) {
  clearTimeout(toastTimer);
  $('toast').textContent = text;
  toastTimer = setTimeout(() => ($('toast').textContent = ''), 6_000);
}

/** Asks before something that cannot be undone. */
function confirmed(title, text, verb) {
  $('ask-title').textContent = title;
  $('ask-text').textContent = text;
  $('ask-yes').textContent = verb;
  $('ask').returnValue = '';
  $('ask').showModal();
  return new Promise((resolve) => {
    $('ask').addEventListener('close', () => resolve($('ask').returnValue === 'yes'), { once: true });
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text); // Only with HTTPS or on localhost, and if the browser allows it.
    toast('Copied: ' + text);
  } catch {
    $('command-text').value = text;
    $('command').showModal();
    $('command-text').select();
  }
}

const quoted = (word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

function curl(path) {
  const url = quoted(new URL(path, base).href);
  return `curl -N ${asksForToken ? '-H "Authorization: Bearer $TOKEN" ' : ''}${url}`;
}

function cli(command, ...words) {
  const server = base.href.replace(/\/$/, '');
  const access = ['--server', server, ...(asksForToken ? ['--token', 'env:TOKEN'] : [])];
  return ['sse-cli', command, ...words, ...access].map(quoted).join(' ');
}

// ---- Overview ----

const CLOSES = {
  'client-left': 'the reader left',
  'write-timeout': 'the reader did not read',
  'unexpected-input': 'the reader sent something',
  drain: 'the server stopped',
  'max-age': 'the stream reached its maximum age',
  'token-expired': 'the token expired',
  revoked: 'the access was revoked',
  kicked: 'an operator closed it',
  'internal-error': 'an error in the server',
};
const GAPS = {
  expired: 'dropped by the limits of the log',
  epoch: 'the log began again',
  ephemeral: 'a slow reader missed ephemeral events',
  omitted: 'a tail was too slow',
  unknown: 'the cursor was not one of this log',
};

/** The samples of Prometheus' text format, by name. */
function parseMetrics(page) {
  const samples = new Map();
  for (const line of page.split('\n')) {
    const [, name, labels, value] = /^((?:heliograph|process|jvm_memory)_\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    if (!name) continue;
    const sample = { value: Number(value.replace('Inf', 'Infinity')) };
    for (const [, key, text] of (labels ?? '').matchAll(/(\w+)="((?:\\.|[^"\\])*)"/g)) sample[key] = text;
    if (!samples.has(name)) samples.set(name, []);
    samples.get(name).push(sample);
  }
  return samples;
}

const overview = {
  section: $('overview'),
  title: 'Overview',
  counts: [], // Of all nodes, over time.
  delays: new Map(), // Of each node that has answered, by its start: a proxy may choose another one each time.

  poll: new Poll(async (signal) => {
    let fault;
    const [stats, page] = await Promise.all([
      call('GET', 'v1/stats', { signal }).catch((error) => {
        if (error.status !== 503) throw error;
        fault = error; // Redis is away. This node still knows its own.
        return call('GET', 'v1/stats?node=self', { signal });
      }),
      call('GET', 'metrics', { signal }),
    ]);
    overview.show(stats, parseMetrics(page), !fault);
    if (fault) throw fault;
  }, OVERVIEW_MILLIS),

  start() {
    this.poll.start();
  },

  stop() {
    this.poll.stop();
  },

  show(stats, metrics, isWhole) {
    const one = (name, filter = () => true) => metrics.get(name)?.find(filter)?.value ?? 0;
    const now = Date.now();
    const start = one('process_start_time_seconds');
    const nodes = stats.nodes ?? 1;

    const before = this.counts.at(-1);
    this.counts = this.counts.filter(({ at }) => at > now - CHART_MILLIS - OVERVIEW_MILLIS);
    const count = { at: now, nodes, published: stats.published, delivered: stats.delivered };
    // The sums of another number of nodes, or of a node that began again, cannot be compared.
    const isNext =
      before && before.nodes === nodes && before.published <= count.published && before.delivered <= count.delivered;
    const seconds = isNext ? Math.max(0.001, (now - before.at) / 1000) : 0;
    count.publishRate = isNext ? (count.published - before.published) / seconds : undefined;
    count.deliverRate = isNext ? (count.delivered - before.delivered) / seconds : undefined;
    this.counts.push(count);

    const rate = (value) => (value === undefined ? '…' : number(value));
    showPairs($('tiles'), [
      ['Connections', whole.format(stats.connections)],
      ['Users online', whole.format(stats.users)],
      ['Published', rate(count.publishRate), 'per s'],
      ['Delivered', rate(count.deliverRate), 'per s'],
      ['Kept in memory', bytes(stats.logBytes), `in ${counted(stats.logs, 'log')}`],
      ...(nodes > 1 ? [['Nodes', whole.format(nodes)]] : []),
    ]);
    const version = metrics.get('heliograph_build_info')?.[0]?.version;
    $('facts').textContent = [
      version && `Version ${version}`,
      start && `${nodes > 1 ? 'this node is ' : ''}up for ${span(now / 1000 - start)}`,
      nodes > 1 && `counts above are of ${nodes} nodes, all else of the node that answered`,
      !isWhole && 'all figures are of this node only',
    ]
      .filter(Boolean)
      .join(' · ');

    this.showChart(now);
    this.showDelay(now, start, metrics);
    this.showReasons($('closes'), metrics.get('heliograph_closes_total'), CLOSES, 'No stream has ended yet.');
    this.showReasons($('gaps'), metrics.get('heliograph_gaps_total'), GAPS, 'No reader has lost an event.');
    this.showReasons($('refusals'), metrics.get('heliograph_refusals_total'), {}, 'No request was refused.');
    const isHeap = ({ area }) => area === 'heap';
    const resident = one('process_resident_memory_bytes');
    showPairs($('memory'), [
      ['Logs', bytes(one('heliograph_log_bytes'))],
      ['Logs evicted', whole.format(one('heliograph_log_evictions_total'))],
      ['Heap used', `${bytes(one('jvm_memory_used_bytes', isHeap))} of ${bytes(one('jvm_memory_max_bytes', isHeap))}`],
      ...(resident ? [['Process', bytes(resident)]] : []),
    ]);
  },

  showChart(now) {
    const points = this.counts.filter(({ publishRate }) => publishRate !== undefined);
    const rates = points.flatMap(({ publishRate, deliverRate }) => [publishRate, deliverRate]);
    const most = niceCeiling(Math.max(1, ...rates));
    const millis = Math.min(CHART_MILLIS, Math.max(10 * OVERVIEW_MILLIS, now - (points[0]?.at ?? now))); // It grows to the whole.
    const x = (at) => (1000 * (at - now + millis)) / millis;
    const y = (value) => 160 - (158 * value) / most;
    const path = (member) =>
      points.map((point, i) => `${i ? 'L' : 'M'}${x(point.at).toFixed(1)} ${y(point[member]).toFixed(1)}`).join('');
    const last = points.at(-1);
    const picture = svg('svg', {
      viewBox: '0 0 1000 160',
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': last
        ? `Now ${number(last.publishRate)} published and ${number(last.deliverRate)} delivered per second; at most ${number(Math.max(...rates))} in the last ${span(millis / 1000)}.`
        : 'No figures yet.',
    });
    for (const value of [0, most / 2, most])
      picture.append(svg('line', { x1: 0, x2: 1000, y1: y(value), y2: y(value) }));
    picture.append(svg('path', { d: path('publishRate') }), svg('path', { d: path('deliverRate'), class: 'second' }));
    $('chart').replaceChildren(
      picture,
      el('span', { className: 'top-mark', textContent: whole.format(most), ariaHidden: 'true' }),
      el('span', { className: 'zero-mark', textContent: '0', ariaHidden: 'true' }),
      el(
        'p',
        { className: 'times', ariaHidden: 'true' },
        el('span', { textContent: `${span(millis / 1000)} ago` }),
        el('span', { textContent: 'now' }),
      ),
    );
  },

  showDelay(now, start, metrics) {
    const name = 'heliograph_delivery_delay_seconds';
    const buckets = (metrics.get(name + '_bucket') ?? []).map(({ le, value }) => [
      Number(le.replace('+Inf', 'Infinity')),
      value,
    ]);
    const samples = (this.delays.get(start) ?? []).filter(({ at }) => at >= now - DELAY_MILLIS);
    samples.push({ at: now, buckets });
    this.delays.set(start, samples);
    if (this.delays.size > 20) this.delays.delete(this.delays.keys().next().value);

    const first = samples[0].buckets;
    let counts = buckets.map(([bound, value], i) => [bound, value - first[i][1]]);
    const isRecent = counts.at(-1)?.[1] > 0;
    if (!isRecent) counts = buckets;
    const total = counts.at(-1)?.[1] ?? 0;
    $('delay-span').textContent = !total
      ? 'From the acceptance of an event to its write.'
      : `${isRecent ? 'In the last minute' : 'Since the start'}, of ${counted(total, 'delivery', 'deliveries')}.`;
    const quantile = (part) => {
      const bound = counts.find(([, value]) => value >= part * total)[0];
      return bound === Infinity ? `> ${milliseconds(counts.at(-2)[0])}` : `≤ ${milliseconds(bound)}`;
    };
    showPairs(
      $('delay'),
      [
        ['half', 0.5],
        ['90 %', 0.9],
        ['99 %', 0.99],
      ].map(([term, part]) => [term, total ? quantile(part) : '–']),
    );
    const parts = counts
      .map(([bound, value], i) => [
        bound === Infinity ? 'longer' : `up to ${milliseconds(bound)}`,
        value - (i ? counts[i - 1][1] : 0),
      ])
      .filter(([, value]) => value > 0);
    $('delay-bars').replaceChildren(
      ...(total ? bars(parts) : [el('p', { className: 'empty', textContent: 'Nothing was delivered yet.' })]),
    );
  },

  showReasons(element, samples = [], words, none) {
    const rows = samples.filter(({ value }) => value > 0).sort((a, b) => b.value - a.value);
    if (!rows.length) return element.replaceChildren(el('p', { className: 'empty', textContent: none }));
    element.className = 'bars';
    element.replaceChildren(...bars(rows.map(({ reason, value }) => [words[reason] ?? reason, value])));
  },
};

/** The next of 1, 2, 5, 10, 20, 50… */
function niceCeiling(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= value);
}

function milliseconds(seconds) {
  return seconds < 1 ? `${number(seconds * 1000)} ms` : `${number(seconds)} s`;
}

// ---- Users ----

const users = {
  section: $('users'),
  title: 'Users',
  prefix: '',
  after: [], // Where each page but the first begins.

  poll: new Poll((signal) => users.load(signal), USERS_MILLIS),

  start() {
    this.poll.start();
  },

  stop() {
    this.poll.stop();
  },

  async load(signal) {
    const { prefix } = this;
    const after = this.after.at(-1) ?? prefix;
    const isFirst = !this.after.length;
    const [stats, { users: found, next }, exact] = await Promise.all([
      call('GET', 'v1/stats', { signal }),
      call('GET', `v1/users?limit=${PAGE_SIZE}${after && '&after=' + encoded(after)}`, { signal }),
      prefix && isFirst ? this.exact(prefix, signal) : [],
    ]);
    // By id: those that begin with the text lie side by side, behind the one that is the text.
    const rows = [...exact, ...found.filter(({ user }) => user.startsWith(prefix))];
    const more = next !== null && found.at(-1).user.startsWith(prefix);

    $('users-facts').textContent = stats.users
      ? `${counted(stats.users, 'user is', 'users are')} online, with ${counted(stats.connections, 'connection')}.`
      : 'Nobody is online.';
    sync(
      $('user-rows'),
      rows,
      ({ user }) => user,
      ({ user }) =>
        el(
          'tr',
          {},
          el('td', {}, el('a', { href: '#/users/' + encoded(user), textContent: user }), ' ', el('span')),
          el('td', { className: 'num' }),
        ),
      (row, { online, connections }) => {
        const badge = row.querySelector('span');
        badge.className = online ? '' : 'badge';
        badge.textContent = online ? '' : 'offline';
        row.lastChild.textContent = whole.format(connections);
      },
    );
    $('users-empty').hidden = rows.length > 0;
    $('users-empty').textContent = !isFirst
      ? 'The users of this page have gone offline.' // Those of the pages before may be online.
      : prefix
        ? `No user who is online begins with “${prefix}”.`
        : 'Nobody is online. A user appears here as soon as a stream is open: GET /sse/alice';
    $('user-rows').closest('table').hidden = !rows.length;
    this.next = more ? found.at(-1).user : undefined;
    $('previous').disabled = isFirst;
    $('next').disabled = !more;
    $('page').textContent = isFirst && !more ? '' : `Page ${this.after.length + 1}`;
    $('page').parentNode.hidden = isFirst && !more;
  },

  /** The user of this id, online or not; none if it cannot be an id. */
  async exact(user, signal) {
    try {
      return (await call('POST', 'v1/presence', { body: JSON.stringify({ users: [user] }), signal })).users;
    } catch (error) {
      if (error.status === 400) return [];
      throw error;
    }
  },

  turn(after) {
    this.after = after;
    this.poll.now();
  },
};

$('search').addEventListener('submit', (event) => {
  event.preventDefault();
  users.prefix = $('query').value.trim();
  users.turn([]);
});
$('next').addEventListener('click', () => users.turn([...users.after, users.next]));
$('previous').addEventListener('click', () => users.turn(users.after.slice(0, -1)));

// ---- One user ----

const user = {
  section: $('user'),
  title: '',
  id: '',
  cursor: '',

  poll: new Poll((signal) => user.load(signal), USER_MILLIS),

  start(id) {
    if (id !== this.id) {
      $('connections').replaceChildren();
      $('kept').replaceChildren();
      $('send-result').textContent = $('send-error').textContent = $('cursor').textContent = '';
      $('user-badge').textContent = '';
      $('connections-empty').hidden = $('kept-empty').hidden = true; // Known of the user before only.
    }
    this.title = this.id = $('user-title').textContent = id;
    this.cursor = '';
    this.poll.start();
  },

  stop() {
    this.poll.stop();
  },

  path(rest = '') {
    return `v1/users/${encoded(this.id)}${rest}`;
  },

  async load(signal) {
    const [{ online, connections }, { cursor }] = await Promise.all([
      call('GET', this.path(), { signal }),
      call('GET', this.path('/cursor'), { signal }),
    ]);
    $('user-badge').textContent = online ? 'online' : 'offline';
    $('user-badge').className = online ? 'badge on' : 'badge';
    $('kick').disabled = !online;
    $('connections-empty').hidden = online;
    sync(
      $('connections'),
      connections,
      ({ id }) => id,
      (connection) => this.row(connection),
      (row, { since, lag }) => {
        row.querySelector('.soft').lastChild.textContent =
          ` · open for ${span((Date.now() - Date.parse(since)) / 1000)}` +
          (lag < 0 ? ' · on another node' : lag ? ` · ${counted(lag, 'event')} behind` : ' · has received everything');
      },
    );
    if (cursor === this.cursor) return;
    await this.loadKept(signal);
    this.cursor = $('cursor').textContent = cursor;
  },

  row({ id, remote, agent }) {
    const button = el('button', {
      type: 'button',
      className: 'danger quiet',
      textContent: 'Kick',
      ariaLabel: `Kick connection ${id}`,
    });
    button.addEventListener('click', async () => {
      const yes = await confirmed(
        'Kick this connection?',
        `${agent || 'The reader'} at ${remote} is told not to reconnect.`,
        'Kick',
      );
      if (yes) this.act('DELETE', `/connections/${encoded(id)}`, () => 'Closed the connection.');
    });
    return el(
      'li',
      {},
      el('span', { textContent: agent || 'unknown program' }),
      button,
      el('span', { className: 'soft' }, `${remote} · ${id}`, ''),
    );
  },

  async loadKept(signal) {
    let events = [];
    let after = `from=-${KEPT}`;
    for (let more = true; more && events.length < KEPT;) {
      const page = await call('GET', this.path(`/events?limit=${KEPT}&${after}`), { signal });
      events = events.concat(page.events);
      after = 'after=' + encoded(page.cursor);
      more = page.more;
    }
    events = events.slice(-KEPT).reverse();
    $('kept-facts').textContent =
      events.length < KEPT
        ? 'What a reader without a cursor can still receive, newest first.'
        : `The latest ${KEPT} events that a reader can still receive, newest first.`;
    $('kept-empty').hidden = events.length > 0;
    sync(
      $('kept'),
      events,
      ({ id, time }) => `${id} ${time}`,
      (event) =>
        el('li', {}, time(event.time), el('span', { className: 'type', textContent: event.type }), data(event.data)),
    );
  },

  /** Does something to the user, and says what came of it. */
  async act(method, rest, tell) {
    try {
      toast(tell(await call(method, this.path(rest))));
    } catch (error) {
      toast(error.status === 404 ? 'This connection has already ended.' : explained(error));
    }
    this.cursor = '';
    this.poll.now();
  },

  async send() {
    const text = $('send-data').value;
    let json = JSON.stringify(text);
    try {
      JSON.parse(text);
      json = text; // As it was typed, with all digits of its numbers.
    } catch {
      // Not JSON, so it is sent as text.
    }
    const type = JSON.stringify($('send-type').value.trim() || 'message');
    $('send-error').textContent = $('send-result').textContent = '';
    try {
      const body = `{"type":${type},"data":${json},"ephemeral":${$('send-ephemeral').checked}}`;
      const { connections } = await call('POST', this.path('/events'), { body });
      $('send-result').textContent = `Sent to ${counted(connections, 'connection')}.`;
      this.poll.now();
    } catch (error) {
      $('send-error').textContent = explained(error);
    }
  },
};

$('send').addEventListener('submit', (event) => {
  event.preventDefault();
  user.send();
});
$('kick').addEventListener('click', async () => {
  const yes = await confirmed(
    `Kick ${user.id}?`,
    'All open streams of this user are closed, and the readers are told not to reconnect. A page that is opened anew is admitted.',
    'Kick',
  );
  if (yes) user.act('DELETE', '/connections', ({ closed }) => `Closed ${counted(closed, 'connection')}.`);
});
$('forget').addEventListener('click', async () => {
  const yes = await confirmed(
    `Forget the events of ${user.id}?`,
    'What is kept for this user is deleted for good. Readers that have not received it are told of a gap. Broadcasts stay.',
    'Forget',
  );
  if (yes) user.act('DELETE', '/events', () => 'The kept events are deleted.');
});
$('tail-user').addEventListener('click', () => (location.hash = '#/tail/' + encoded(user.id)));
$('user-curl').addEventListener('click', () => copy(curl(user.path('/events'))));
$('user-cli').addEventListener('click', () => copy(cli('subscribe', user.id)));
$('copy-cursor').addEventListener('click', () => copy($('cursor').textContent));

// ---- Live tail ----

const ENDS = {
  network: 'the connection was lost',
  unauthorized: 'the server does not accept the token',
  refused: 'the server refused the request',
  'no-stream': 'the answer is not a stream; a proxy may have replaced it',
  overloaded: 'the server is full, or has 16 tails open',
  drain: 'the server is stopping',
  'token-expired': 'the token has expired',
  revoked: 'the token was revoked',
};

const tail = {
  section: $('tail'),
  title: 'Live tail',
  stream: undefined,
  rows: [], // That are not shown yet, the oldest first.
  frame: 0,
  isPaused: false,
  unseenTimer: undefined,
  isUnseen: false, // Ended because nobody looked.

  start(of) {
    if (of) {
      $('tail-users').value = of;
      this.clear();
    }
    this.open();
  },

  stop() {
    clearTimeout(this.unseenTimer);
    this.stream?.close();
    this.stream = undefined;
  },

  /** The page is hidden or seen again. */
  look() {
    clearTimeout(this.unseenTimer);
    if (document.hidden) {
      this.unseenTimer = setTimeout(() => {
        this.stop();
        this.isUnseen = true;
      }, UNSEEN_MILLIS);
    } else if (this.isUnseen) {
      this.note('Not shown: what happened while this page was hidden.');
      this.open();
    }
  },

  query() {
    const list = (id) =>
      $(id)
        .value.split(/[\s,]+/)
        .filter(Boolean)
        .join(',');
    const include = [...$('filters').elements.include].filter(({ checked }) => checked).map(({ value }) => value);
    return { users: list('tail-users'), types: list('tail-types'), include: include.join(',') };
  },

  path() {
    const parts = Object.entries(this.query()).filter(([, value]) => value);
    return (
      'v1/tail?' +
      [...parts, ['rate', TAIL_RATE]].map(([key, value]) => `${key}=${encoded(value).replaceAll('%2C', ',')}`).join('&')
    );
  },

  open() {
    this.stop();
    this.isUnseen = false;
    this.stream = follow(new URL(this.path(), base), {
      share: false,
      lastEventId: '', // What passed before the page was loaded is not asked for.
      token: asksForToken ? () => token : undefined,
      onEvent: (event) => this.take(event),
      onGap: ({ lost }) =>
        this.note(
          lost
            ? `${counted(lost, 'event is', 'events are')} not shown: more happened than the tail may send.`
            : 'Events are not shown: the connection was lost meanwhile.',
        ),
      onState: (state, detail) => this.tell(state, detail),
    });
  },

  tell(state, { reason, status, retryInMs }) {
    if (status === 401 || reason === 'revoked')
      signOut(`The server no longer accepts this token: ${ENDS[reason] ?? reason}.`);
    const why = (ENDS[reason] ?? reason ?? '') + (status && status !== 200 ? ` (status ${status})` : '');
    const texts = {
      connecting: 'Connecting…',
      replaying: 'Connecting…',
      live: 'Live',
      offline: `Not connected: ${why}. Next attempt in ${span(Math.ceil(retryInMs / 1000))}.`,
      ended: `Ended: ${why}.`,
    };
    if (reason !== 'closed') $('tail-state').textContent = texts[state];
    $('tail-dot').className = `dot ${state === 'ended' ? 'offline' : state}`;
  },

  take({ type: kind, data: text }) {
    const entry = JSON.parse(text);
    this.add(() =>
      el(
        'li',
        {},
        time(entry.time),
        el('span', {
          className: kind === 'gap' ? 'badge warn' : kind === 'connect' ? 'badge on' : 'badge',
          textContent: kind,
        }),
        entry.user === null
          ? el('span', { className: 'soft', textContent: 'everybody' })
          : el('a', { href: '#/users/' + encoded(entry.user), textContent: entry.user }),
        el('span', { className: 'type', textContent: entry.type ?? '' }),
        data(entry.data === undefined ? '' : kind === 'event' ? entry.data : this.detail(entry.data)),
      ),
    );
  },

  /** The data of a connect, close or gap in words. */
  detail(text) {
    const { agent, remote, reason, events, log, lost } = typeof text === 'string' ? JSON.parse(text) : text;
    if (remote) return `${agent || 'unknown program'} from ${remote}`;
    if (events !== undefined) return `${CLOSES[reason] ?? reason}; received ${counted(events, 'event')}`;
    return `${GAPS[reason] ?? reason} (${log}); ${lost === null ? 'unknown number' : whole.format(lost)} lost`;
  },

  note(text) {
    this.add(() => el('li', {}, time(Date.now()), el('span', { className: 'note', textContent: text })));
  },

  /** Keeps the latest rows until the next frame, or until the tail goes on. */
  add(row) {
    if (this.rows.push(row) > TAIL_ROWS) this.rows.shift();
    if (this.isPaused)
      $('pause').textContent = `Resume (${this.rows.length === TAIL_ROWS ? `${TAIL_ROWS}+` : this.rows.length})`;
    else this.frame ||= requestAnimationFrame(() => this.flush());
  },

  flush() {
    this.frame = 0;
    if (this.isPaused) return;
    const list = $('tail-rows');
    list.prepend(...this.rows.map((row) => row()).reverse());
    this.rows = [];
    while (list.children.length > TAIL_ROWS) list.lastChild.remove();
    $('tail-empty').hidden = list.children.length > 0;
  },

  pause(isPaused) {
    this.isPaused = isPaused;
    $('pause').textContent = isPaused ? 'Resume' : 'Pause';
    $('pause').setAttribute('aria-pressed', isPaused);
    if (!isPaused) this.flush();
  },

  clear() {
    this.rows = [];
    $('tail-rows').replaceChildren();
    $('tail-empty').hidden = false;
    this.pause(this.isPaused);
  },
};

$('filters').addEventListener('submit', (event) => {
  event.preventDefault();
  tail.clear();
  tail.open();
});
$('pause').addEventListener('click', () => tail.pause(!tail.isPaused));
$('clear').addEventListener('click', () => tail.clear());
$('tail-curl').addEventListener('click', () => copy(curl(tail.path())));
$('tail-cli').addEventListener('click', () => {
  const { users: names, types, include } = tail.query();
  copy(
    cli(
      'tail',
      ...names.split(',').filter(Boolean),
      ...types
        .split(',')
        .filter(Boolean)
        .flatMap((type) => ['--type', type]),
      ...(include && include !== 'events' ? ['--include', include] : []),
    ),
  );
});

// ---- The session and the views ----

const signIn = {
  section: $('sign-in'),
  title: 'Sign in',
  start() {},
  stop() {},
};

function signOut(why) {
  token = '';
  $('token').value = '';
  $('sign-in-error').textContent = why;
  route();
}

$('sign-in-form').addEventListener('submit', async (event) => {
  event.preventDefault();
  const typed = $('token')
    .value.trim()
    .replace(/^bearer\s+/i, '');
  const error = $('sign-in-error');
  error.textContent = typed ? '' : 'Enter a token.';
  if (!typed) return $('token').focus();
  try {
    await call('GET', 'v1/stats?node=self', { bearer: /^[\x21-\x7e]+$/.test(typed) ? typed : 'malformed' });
    token = typed;
    $('token').value = '';
    route();
  } catch (refusal) {
    error.textContent = explained(refusal);
    $('token').focus();
  }
});
$('sign-out').addEventListener('click', () => location.reload()); // Forgets the token, and all that was shown.
$('skip').addEventListener('click', (event) => {
  event.preventDefault(); // The hash names the view.
  $('main').focus();
});
$('problem-retry').addEventListener('click', () => view.poll?.now());
$('ask-no').addEventListener('click', () => $('ask').close());
for (const [form, dialog, value] of [
  ['ask-form', 'ask', 'yes'],
  ['command-form', 'command', ''],
]) {
  $(form).addEventListener('submit', (event) => {
    event.preventDefault();
    $(dialog).close(value);
  });
}

/** The view that the address names, with what it is about. */
function named() {
  if (asksForToken && !token) return [signIn];
  const [, name, about = ''] = location.hash.split('/');
  let text = '';
  try {
    text = decodeURIComponent(about);
  } catch {
    // Typed by hand.
  }
  if (name === 'users') return text ? [user, text] : [users];
  return name === 'tail' ? [tail, text] : [overview];
}

function route() {
  const isFirst = !view;
  const [next, about] = named();
  view?.stop();
  view = next;
  $('ask').close(); // What was asked was about the view that is left.
  $('command').close();
  for (const { section } of [signIn, overview, users, user, tail]) section.hidden = section !== next.section;
  $('problem').hidden = true;
  $('nav').hidden = $('sign-out').hidden = next === signIn;
  $('sign-out').hidden ||= !asksForToken;
  for (const link of $('nav').children) {
    const isHere = link.hash.split('/')[1] === (location.hash.split('/')[1] ?? '');
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  next.start(about);
  document.title = `${next.title} · Heliograph console`;
  if (next === signIn) $('token').focus();
  else if (!isFirst) next.section.querySelector('h1').focus();
}

addEventListener('hashchange', route);
addEventListener('online', () => view.poll?.now());
document.addEventListener('visibilitychange', () => {
  if (view.look) view.look();
  else if (document.hidden) view.poll?.pause();
  else view.poll?.now();
});
$('host').textContent = base.host + base.pathname.replace(/\/$/, '');
route();
