package io.heliograph.client;

/**
 * Which redirects are followed, at most 20 in a row. A longer chain, such as a loop, is a failed
 * attempt ({@link Cause.ConnectFailed}), which is retried.
 */
public enum Redirects {
  /** None: a redirect ends the stream. */
  NEVER,
  /** Those to the same scheme, host and port; others end the stream. */
  SAME_ORIGIN,
  /**
   * All. The target receives cookies, headers with keys and the last event id. Only the token in
   * {@code Authorization} is omitted if the host differs.
   */
  ANY
}
