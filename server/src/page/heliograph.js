/**
 * Follows a Heliograph event stream in a web page. All tabs of an origin share one connection, which survives
 * servers, networks, tabs and tokens that go away. No dependencies. Types: heliograph.d.ts. License: Apache-2.0.
 *
 * How tabs share: the tab that holds the Web Lock leads. It alone has a connection, and posts each event with the
 * cursors before and after it. A tab delivers an event only if the cursor before it is the tab's own, so it can
 * neither lose nor double one. A tab whose cursor is another one opens a connection of its own until the two meet.
 */

const HEAD_MILLIS = 10_000; // How long a response head, or the page's function, may take.
const ANSWER_MILLIS = 4_000; // How long a leader that was asked may be silent.
const SETTLE_MILLIS = 250; // What a former leader has posted arrives within this time.
const MAX_WAIT_MILLIS = 30_000; // The longest wait between two attempts, unless the server asks for more.
const MAX_ASKED_MILLIS = 3_600_000; // The longest wait that the server may ask for.
const MAX_BLOCK = 2 ** 24; // Characters. A longer event is a broken stream.
const MAX_AHEAD = 10_000; // Events of the leader that a tab keeps while it catches up.

/**
 * Returns a function that takes bytes of an event stream and calls `onBlock({id, type, data, trace})` at the end of
 * each block, as the HTML standard says (9.2.6). `data` is undefined in a block without data; `trace` is of Heliograph.
 */
export function parser(onBlock, onRetry = () => {}) {
  const decoder = new TextDecoder(); // Strips one byte order mark, and waits for the rest of a cut character.
  let rest = '', afterCr = false, id = '', type = '', data = '', trace;

  function line(text) {
    if (text === '') {
      onBlock({ id, type: type || 'message', data: data ? data.slice(0, -1) : undefined, trace });
      type = data = '';
      trace = undefined;
      return;
    }
    const colon = text.indexOf(':');
    const field = colon < 0 ? text : text.slice(0, colon); // A comment is a field without a name.
    let value = colon < 0 ? '' : text.slice(colon + 1);
    if (value[0] === ' ') value = value.slice(1);
    if (field === 'data') data += value + '\n';
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) id = value;
    else if (field === 'retry' && /^[0-9]+$/.test(value)) onRetry(Number(value));
    else if (!field && value.startsWith('traceparent ')) trace = value.slice(12);
  }

  return (bytes) => {
    let text = decoder.decode(bytes, { stream: true });
    if (!text) return;
    if (afterCr && text[0] === '\n') text = text.slice(1); // A CRLF that was cut.
    afterCr = text.endsWith('\r');
    const lines = (rest + text).split(/\r\n?|\n/);
    rest = lines.pop();
    lines.forEach(line);
    if (rest.length + data.length > MAX_BLOCK) throw new Error('event too long');
  };
}

/** Follows the stream at `url` until `close()`, or until the server ends it for good. See heliograph.d.ts. */
export function follow(url, options = {}) {
  return new Stream(url, options);
}

const ASLEEP = 'asleep'; // The page is frozen, left, or in the back/forward cache; or the stream has ended.
const FOLLOWER = 'follower'; // Listens to the leader.
const SOLO = 'solo'; // Has a connection of its own until it meets the leader.
const LEADER = 'leader'; // Has the connection.

class Stream {
  #url;
  #options;
  #name; // Of this stream's locks, channel and stored cursor.
  #shared;
  #role = ASLEEP;
  #task = new AbortController(); // What the tab does in its role.
  #contest = new AbortController(); // The request for the lock.
  #listeners = new AbortController();
  #attempt; // One connection.
  #channel;
  #state = '';
  #detail = {};
  #cursor;
  #resumes = true; // Whether a reload goes on at the cursor.
  #credential; // The current token or ticket.
  #closing; // What the server said before it closed the connection.
  #retry = 3_000;
  #failures = 0;
  #notBefore = 0; // The server asked for no attempt before this time.
  #silence = 35_000; // How long a connection may be silent: two heartbeats and 5 s.
  #heard = 0; // When this tab last heard from the server or the leader.
  #term = 0; // When the leader began. Tells it from one that was replaced while it hung.
  #outbox = []; // Events that the leader has not posted yet.
  #ahead = []; // The leader's events since this tab is on its own.
  #leaderTimer;
  #storeTimer;
  #endWait = () => {};

  constructor(url, options) {
    this.#url = new URL(url, location.href);
    this.#options = options;
    // A path without a user, such as /v1/events, is another stream for each user, whom only the page knows.
    const share = options.share ?? /\/(sse|v1\/users)\/./.test(this.#url.pathname);
    this.#shared = share && !!globalThis.BroadcastChannel && !!navigator.locks;
    this.#name = `heliograph ${this.#url} ${share}`;
    this.#cursor = options.lastEventId ?? this.#stored();

    const { signal } = this.#listeners;
    const on = (target, type, action) => target.addEventListener(type, action, { signal });
    on(window, 'pagehide', () => this.#sleep());
    on(window, 'pageshow', () => this.#wake());
    on(window, 'online', () => this.#wake());
    on(document, 'freeze', () => this.#sleep());
    on(document, 'resume', () => this.#wake());
    on(document, 'visibilitychange', () => document.hidden || this.#wake());
    if (options.signal) on(options.signal, 'abort', () => this.close());
    queueMicrotask(() => (options.signal?.aborted ? this.close() : this.#start()));
  }

  get state() {
    return this.#state;
  }

  get lastEventId() {
    return this.#cursor;
  }

  close() {
    this.#end('closed');
  }

  // ---- The tab and the other tabs ----

  #start() {
    if (this.#role !== ASLEEP || this.#state === 'ended') return;
    this.#become(FOLLOWER);
    this.#tell('connecting');
    if (this.#role === ASLEEP) return; // The page has closed it.
    try {
      if (this.#shared) this.#channel = new BroadcastChannel(this.#name);
    } catch {
      this.#shared = false; // The page may have no storage.
    }
    if (!this.#shared) return void this.#lead(this.#contest = new AbortController());
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    this.#compete();
    this.#ask();
  }

  /** Another page is shown, or this one is frozen: lets another tab lead, and the browser close the connection. */
  #sleep() {
    this.#store();
    this.#become(ASLEEP);
    this.#contest.abort();
    clearTimeout(this.#leaderTimer);
    this.#channel?.close();
    this.#channel = undefined;
  }

  /** The page is shown again, or there is a network again. */
  #wake() {
    if (this.#role === ASLEEP) return this.#start();
    if (this.#role !== LEADER) this.#ask();
    if (Date.now() > this.#notBefore) this.#endWait();
    if (Date.now() - this.#heard > this.#silence / 2) this.#attempt?.abort();
  }

  #become(role) {
    this.#task.abort();
    this.#attempt?.abort();
    this.#endWait();
    this.#role = role;
    this.#outbox = [];
    this.#ahead = [];
    return (this.#task = new AbortController()).signal;
  }

  /** Waits for the lock, or takes it from a leader that hangs. */
  #compete(steal) {
    this.#contest.abort();
    const contest = (this.#contest = new AbortController());
    navigator.locks
      .request(this.#name, steal ? { steal } : { signal: contest.signal }, () => this.#lead(contest))
      .catch((error) => {
        if (contest.signal.aborted) return;
        if (error.name !== 'AbortError') {
          this.#shared = false; // This page may have no locks.
          this.#sleep();
          return this.#start();
        }
        if (this.#role === LEADER) this.#become(FOLLOWER); // This page hung, and another one took the lock.
        this.#compete();
      });
  }

  /** Leads until the returned promise, and with it the lock, ends. */
  async #lead(contest) {
    if (this.#term) await delay(SETTLE_MILLIS); // First take what the former leader has posted.
    if (contest.signal.aborted) return;
    const signal = this.#become(LEADER);
    clearTimeout(this.#leaderTimer);
    this.#term = Math.max(Date.now(), this.#term + 1);
    const sign = setInterval(() => this.#post(), this.#silence / 3);
    await this.#connectAgainAndAgain(signal);
    clearInterval(sign);
  }

  #ask() {
    this.#channel?.postMessage({ ask: true });
    this.#expectLeader(ANSWER_MILLIS);
  }

  #expectLeader(millis) {
    clearTimeout(this.#leaderTimer);
    if (this.#channel) this.#leaderTimer = setTimeout(() => this.#compete(true), millis);
  }

  #post() {
    this.#channel?.postMessage({
      term: this.#term,
      events: this.#outbox,
      cursor: this.#cursor,
      state: this.#state,
      detail: this.#detail,
      silence: this.#silence,
      failures: this.#failures,
      notBefore: this.#notBefore,
    });
    this.#outbox = [];
  }

  #hear(message) {
    if (message.ask) {
      if (this.#role !== LEADER) return;
      this.#wake();
      return this.#post();
    }
    if (message.term < this.#term) return; // From a leader that was replaced.
    if (message.term > this.#term) {
      if (this.#role === LEADER) this.#become(FOLLOWER);
      this.#term = message.term;
      this.#ahead = [];
    }
    this.#heard = Date.now();
    this.#silence = message.silence;
    this.#expectLeader(this.#silence + 5_000 + 5_000 * Math.random());
    if (message.state === 'ended') return this.#end(message.detail.reason, message.detail.status);
    for (const event of message.events) this.#step(event);
    if (this.#role === SOLO) {
      if (!this.#ahead.length) this.#ahead.push({ id: message.cursor });
      this.#meet();
    } else if (this.#role === FOLLOWER) {
      this.#failures = message.failures;
      this.#notBefore = message.notBefore;
      if (this.#isNew()) this.#cursor = message.cursor;
      if (this.#cursor === message.cursor) this.#tell(message.state, message.detail);
      else this.#goSolo(message.cursor);
    }
  }

  /** Whether the stream starts now, wherever the leader is. */
  #isNew() {
    return this.#cursor === undefined && !this.#url.searchParams.has('from');
  }

  /** Takes the leader's next event, unless this tab has not received the one before, or is ahead of the leader. */
  #step(event) {
    if (this.#role === FOLLOWER) {
      if (this.#isNew()) this.#cursor = event.prev;
      if (event.prev === this.#cursor) return this.#deliver(event);
      this.#goSolo(event.prev);
    }
    if (this.#role === SOLO) {
      if (!this.#ahead.length) this.#ahead.push({ id: event.prev });
      if (this.#ahead.push(event) > MAX_AHEAD) this.#ahead.shift();
    }
  }

  async #goSolo(leaderCursor) {
    const signal = this.#become(SOLO);
    this.#ahead = [{ id: leaderCursor }];
    this.#tell('replaying');
    await delay(SETTLE_MILLIS); // A new leader may be behind this tab, and meet it by itself.
    // One tab at a time, so that all tabs together have no more than two connections, unless one of them hangs.
    let begun;
    const begin = () => signal.aborted || (begun ??= this.#connectAgainAndAgain(signal));
    navigator.locks.request(`${this.#name} solo`, { signal }, begin).catch(() => {});
    setTimeout(begin, MAX_WAIT_MILLIS);
  }

  /** Follows the leader again if it has passed the place where this tab is. */
  #meet() {
    const at = this.#ahead.findIndex(({ id }) => id === this.#cursor);
    if (at < 0) return;
    const events = this.#ahead.slice(at + 1);
    this.#become(FOLLOWER);
    for (const event of events) this.#step(event);
    if (this.#role === FOLLOWER) this.#ask(); // For the state.
  }

  // ---- The connection ----

  async #connectAgainAndAgain(signal) {
    await this.#wait(Math.max(0, this.#notBefore - Date.now()));
    while (!signal.aborted) {
      this.#closing = undefined;
      this.#tell('connecting');
      if (signal.aborted) return; // The page has closed it.
      const attempt = (this.#attempt = new AbortController());
      let end = { reason: 'network' };
      try {
        end = await this.#connect(attempt, signal);
      } catch {
        // The network, the watchdog or the page's function failed. None is better known.
      }
      attempt.abort();
      if (signal.aborted) return;
      if (end.final) return this.#end(end.reason, end.status);

      let asked = end.retryAfter;
      let millis = Math.max(this.#retry, Math.min(MAX_WAIT_MILLIS, this.#retry * 2 ** this.#failures++));
      if (this.#closing) {
        asked = this.#retry; // Which differs from reader to reader.
        millis = 0;
      }
      millis = Math.round((asked ?? 0) + millis * Math.random());
      this.#notBefore = asked === undefined ? 0 : Date.now() + millis;
      this.#tell('offline', { reason: end.reason, status: end.status, retryInMs: millis });
      if (!signal.aborted) await this.#wait(millis);
    }
  }

  async #connect(attempt, signal) {
    const { token, ticket, headers, credentials } = this.#options;
    let timer; // The watchdog.
    const allow = (millis) => {
      clearTimeout(timer);
      timer = setTimeout(() => attempt.abort(), millis);
      this.#heard = Date.now();
    };
    const aborted = new Promise((_, reject) => (attempt.signal.onabort = reject));
    aborted.finally(() => clearTimeout(timer)).catch(() => {});

    allow(HEAD_MILLIS);
    const ask = ticket ?? token;
    if (ask) this.#credential ??= await Promise.race([ask(), aborted]);
    if (ask && this.#credential == null) return { final: true, reason: 'unauthorized' };
    allow(HEAD_MILLIS);
    const url = new URL(this.#url);
    url.search += `${url.search ? '&' : '?'}heartbeat=event`;
    if (ticket) url.search += '&ticket=' + encodeURIComponent(this.#credential);
    const response = await fetch(url, {
      headers: {
        ...headers,
        Accept: 'text/event-stream',
        ...(this.#cursor && { 'Last-Event-ID': this.#cursor }),
        ...(ask === token && this.#credential && { Authorization: 'Bearer ' + this.#credential }),
      },
      credentials,
      cache: 'no-store',
      signal: attempt.signal,
    });
    const { status } = response;
    if (status === 204) return { final: true, reason: 'gone', status };
    if (status !== 200) {
      if (status === 401 || status === 403) this.#credential = undefined;
      const again = status === 401 ? ask : status >= 500 || [403, 408, 425, 429].includes(status);
      const reason = status === 401 ? 'unauthorized' : 'refused';
      return { final: !again, reason, status, retryAfter: retryAfter(response) };
    }
    if (!/^text\/event-stream *(;|$)/i.test(response.headers.get('Content-Type'))) return { reason: 'no-stream', status };

    const reader = response.body.getReader();
    const parse = parser(
      (block) => signal.aborted || this.#take(block),
      (millis) => (this.#retry = Math.min(millis, MAX_ASKED_MILLIS)),
    );
    while (!this.#closing) {
      const { done, value } = await reader.read();
      // A page that hung may have been replaced as the leader. What it reads now comes again.
      if (done || Date.now() - this.#heard > this.#silence) break;
      allow(this.#silence);
      parse(value);
      if (this.#outbox.length) this.#post();
    }
    if (this.#closing?.reason === 'token-expired') this.#credential = undefined;
    return { final: this.#closing?.reconnect === false, reason: this.#closing?.reason ?? 'network' };
  }

  /** Takes a block of this tab's own connection. */
  #take({ id, type, data, trace }) {
    const control = data === undefined ? {} : type.startsWith('stream.') && JSON.parse(data);
    const event = { prev: this.#cursor, id: id || this.#cursor, type, data, trace };
    if (this.#role === SOLO && !control && event.id === event.prev) return; // Ephemeral: the leader has it, too.
    if (this.#role === LEADER) this.#outbox.push(event);
    this.#deliver(event);
    if (type === 'stream.open') {
      this.#silence = 2 * control.heartbeatMs + 5_000;
      if (control.mode !== 'fresh') this.#tell('replaying');
    } else if (type === 'stream.live') {
      this.#failures = 0;
      this.#tell('live');
    } else if (type === 'stream.expiring') {
      this.#credential = undefined;
    } else if (type === 'stream.closing') {
      this.#closing = control;
    }
    if (this.#role === SOLO) this.#meet();
  }

  #wait(millis) {
    return new Promise((resolve) => {
      this.#endWait = resolve;
      setTimeout(resolve, millis);
    });
  }

  // ---- The page ----

  #deliver({ id, type, data, trace }) {
    if (id !== this.#cursor) {
      this.#cursor = id;
      this.#storeTimer ??= setTimeout(() => this.#store(), 200);
    }
    if (data === undefined) return;
    if (type === 'stream.gap') this.#call('onGap', JSON.parse(data));
    else if (!type.startsWith('stream.')) this.#call('onEvent', { type, data, lastEventId: id, ...(trace && { traceparent: trace }) });
  }

  #tell(state, detail = {}) {
    const isSame = state === this.#state && JSON.stringify(detail) === JSON.stringify(this.#detail);
    this.#state = state;
    this.#detail = detail;
    if (this.#role === LEADER) this.#post();
    if (!isSame) this.#call('onState', state, detail);
  }

  /** A fault of the page's function is reported like every uncaught error, and does not stop the stream. */
  #call(name, ...values) {
    try {
      this.#options[name]?.(...values);
    } catch (error) {
      setTimeout(() => {
        throw error;
      }, 0);
    }
  }

  #end(reason, status) {
    if (this.#state === 'ended') return;
    this.#resumes = reason === 'closed' || reason === 'unauthorized';
    // Before the state: another tab goes on, or what the page opens now is a new reader.
    if (this.#resumes) this.#sleep();
    else this.#store();
    this.#tell('ended', { reason, status });
    this.#sleep();
    this.#listeners.abort();
  }

  #stored() {
    try {
      return sessionStorage.getItem(this.#name) || undefined;
    } catch {
      return undefined; // The page may have no storage.
    }
  }

  #store() {
    clearTimeout(this.#storeTimer);
    this.#storeTimer = undefined;
    try {
      if (this.#cursor !== undefined) sessionStorage.setItem(this.#name, this.#resumes ? this.#cursor : '');
    } catch {
      // As above.
    }
  }
}

function delay(millis) {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** Milliseconds; undefined without the header. */
function retryAfter(response) {
  const value = response.headers.get('Retry-After');
  if (!value) return undefined;
  const millis = /^\d+$/.test(value) ? value * 1_000 : Date.parse(value) - Date.now();
  return Math.min(Math.max(millis || 0, 0), MAX_ASKED_MILLIS);
}
