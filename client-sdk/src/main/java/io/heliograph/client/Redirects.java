package io.heliograph.client;

/**
 * Which redirects of a server are followed; at most 20 in a row. A longer row, such as a circle, is
 * a failed attempt ({@link Cause.ConnectFailed}), which is made again.
 */
public enum Redirects {
  /** None: a redirect ends the stream. */
  NEVER,
  /** Those to the same scheme, host and port; others end the stream. */
  SAME_ORIGIN,
  /**
   * All. The new place gets cookies, headers with keys and the last event id; only the token, in
   * {@code Authorization}, is left out where the host is another.
   */
  ANY
}
