/** An event of the stream. */
export interface HeliographEvent {
  /** The type under which it was published; `message` if it was published without one. */
  readonly type: string;
  /** The data as text. JSON is not parsed. */
  readonly data: string;
  /** The cursor after this event. A stream that starts there receives everything after it. */
  readonly lastEventId: string;
  /** The publisher's `traceparent` (W3C Trace Context), if it sent one and the URL has `trace=true`. */
  readonly traceparent?: string;
}

/** Events that are lost for this page, so that it should load its state again. See "stream.gap" in docs/protocol.md. */
export interface HeliographGap {
  readonly log: string;
  readonly reason: string;
  /** How many events are lost; null if the server does not know. */
  readonly lost: number | null;
}

/**
 * - `connecting`: a connection attempt is under way.
 * - `replaying`: events that this page missed arrive.
 * - `live`: all events arrive as they are published.
 * - `offline`: there is no connection; the next attempt is scheduled.
 * - `ended`: for good. Only a new call of `follow` starts again.
 */
export type HeliographState = 'connecting' | 'replaying' | 'live' | 'offline' | 'ended';

/** More about a state. */
export interface HeliographStateDetail {
  /**
   * With `offline`: `network` (cut, silent or unreachable), `refused` or `unauthorized` (see `status`), `no-stream` (the
   * response is not an event stream), or the reason of the server's `stream.closing`, such as `drain`.
   *
   * With `ended`: `closed` (by this page), `gone` (204, for example after a kick), `unauthorized` (401 without a function
   * for a new token or ticket, or that function returned null), `refused` (a status that no later attempt changes), or
   * the reason of the server's `stream.closing`, such as `kicked` or `revoked`.
   */
  readonly reason?: string;
  /** The HTTP status, if the reason is one. */
  readonly status?: number;
  /** With `offline`: the time until the next attempt, in milliseconds. */
  readonly retryInMs?: number;
}

export interface HeliographOptions {
  /** Called for each event, in order. An exception is reported as uncaught and does not stop the stream. */
  onEvent?: (event: HeliographEvent) => void;
  /** Called when events are lost: load the state again. */
  onGap?: (gap: HeliographGap) => void;
  /** Called for each change of the state. */
  onState?: (state: HeliographState, detail: HeliographStateDetail) => void;
  /**
   * Returns a token for `Authorization: Bearer`, or "" to send none (for example after it renewed a cookie). Called
   * before the first attempt and when the server no longer accepts the token. null ends the stream; an exception, or
   * no answer within 10 s, counts as a failed attempt.
   */
  token?: () => string | null | undefined | Promise<string | null | undefined>;
  /** Like `token`, but returns a ticket of `POST /v1/tickets`, which is sent in the URL. Takes precedence. */
  ticket?: () => string | null | undefined | Promise<string | null | undefined>;
  /** Further request headers. */
  headers?: Record<string, string>;
  /** As for `fetch`; `include` sends cookies to another origin. Default: `same-origin`. */
  credentials?: RequestCredentials;
  /** Start after this cursor. Default: the cursor that this tab had before a reload, or now. */
  lastEventId?: string;
  /**
   * Whether all tabs of the origin with this URL share one connection. Default: true if the path names the user
   * (`/sse/{user}` and `/v1/users/{user}/events`), otherwise false. For other paths, pass a text that names the user:
   * tabs share a connection only if their texts are equal.
   */
  share?: boolean | string;
  /** Closes the stream when it is aborted. */
  signal?: AbortSignal;
}

/** A stream that is followed. */
export interface HeliographStream {
  /** The current state; an empty text before the first one. */
  readonly state: HeliographState | '';
  /** The cursor after the last event that this tab received; undefined before the first connection. */
  readonly lastEventId: string | undefined;
  /** Ends the stream in this tab. Other tabs go on. */
  close(): void;
}

/**
 * Follows a stream until `close()` is called, `signal` is aborted, or the server ends it for good.
 *
 * @param url of the stream, relative to the page; may have `types`, `from` and `trace`, but not `heartbeat`
 */
export function follow(url: string | URL, options?: HeliographOptions): HeliographStream;

/** A block of an event stream. */
export interface Block {
  /** The last id of the stream up to this block; an empty text before the first one. */
  readonly id: string;
  readonly type: string;
  /** undefined if the block has no data, so that the HTML standard discards it. */
  readonly data: string | undefined;
  /** The text of a comment `traceparent …` in the block, as Heliograph sends it with `trace=true`. */
  readonly trace: string | undefined;
}

/**
 * Parses an event stream as the HTML standard says (9.2.6).
 *
 * @param onRetry called with the milliseconds of a `retry` field
 * @returns a function that takes the next bytes; it throws if an event has more than 16 Mi characters
 */
export function parser(onBlock: (block: Block) => void, onRetry?: (millis: number) => void): (bytes: Uint8Array) => void;
