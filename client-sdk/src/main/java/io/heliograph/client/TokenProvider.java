package io.heliograph.client;

/**
 * Knows the bearer token for the next attempt. Asked before each attempt, on the attempt's own
 * thread; may block, for the deadline of the attempt bounds it. Also asked, on another thread, when
 * Heliograph says that the token of an open stream ends soon. May be asked for several streams at
 * once; is interrupted when its answer is not wanted any more.
 */
@FunctionalInterface
public interface TokenProvider {
  /**
   * Gets a token.
   *
   * @param renew true if the server just refused the last token with 401, or said that it ends soon
   *     or has ended: a cached one will not do. If it refuses this one, too, the stream is closed
   * @return the token, without the word "Bearer": one or more ASCII characters, no space or line
   *     break among them. Anything else, null too, counts as a failure
   * @throws Exception if there is none just now; the attempt counts as failed and is made again
   */
  String token(boolean renew) throws Exception;
}
