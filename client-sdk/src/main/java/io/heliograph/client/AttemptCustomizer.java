package io.heliograph.client;

/**
 * Changes the request of each attempt before it is sent: a header, a query parameter such as a
 * ticket, or the whole URL. Called once for each attempt, on the attempt's own thread, before the
 * {@link TokenProvider}; may block, for the deadline of the attempt bounds it. May be called for
 * several streams at once.
 */
@FunctionalInterface
public interface AttemptCustomizer {
  /**
   * Changes the request.
   *
   * @param request of this attempt, as the client and the {@link StreamSpec} have it; of no use
   *     once this returns
   * @throws Exception if the attempt cannot be made just now; it counts as failed and is made again
   */
  void customize(AttemptRequest request) throws Exception;
}
