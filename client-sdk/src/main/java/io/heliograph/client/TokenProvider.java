package io.heliograph.client;

/**
 * Provides the bearer token for the next attempt. Called before each attempt, on the attempt's own
 * thread; it may block until the attempt's deadline. Also called, on another thread, when
 * Heliograph announces that the token of an open stream expires soon. It may be called for several
 * streams at once, and is interrupted when its result is no longer needed.
 */
@FunctionalInterface
public interface TokenProvider {
  /**
   * Returns a token.
   *
   * @param renew true if the server just refused the last token with 401, or announced that it
   *     expires soon or has expired: do not return a cached token. If the server refuses this
   *     token, too, the stream is closed
   * @return the token, without the word "Bearer": one or more ASCII characters without spaces and
   *     line breaks. Anything else, including null, counts as a failure
   * @throws Exception if no token is available now; the attempt counts as failed and is retried
   */
  String token(boolean renew) throws Exception;
}
