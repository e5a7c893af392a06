package io.heliograph.client;

/**
 * Changes the request of each attempt before it is sent: a header, a query parameter such as a
 * ticket, or the whole URL. Called once for each attempt, on the attempt's own thread, before the
 * {@link TokenProvider}. It may block until the attempt's deadline. It may be called for several
 * streams at once.
 */
@FunctionalInterface
public interface AttemptCustomizer {
  /**
   * Changes the request.
   *
   * @param request of this attempt, as configured by the client and the {@link StreamSpec}; not
   *     valid after this method returns
   * @throws Exception if the attempt cannot be made now; it counts as failed and is retried
   */
  void customize(AttemptRequest request) throws Exception;
}
