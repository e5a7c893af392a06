package io.heliograph.client;

/** What became of a published event. Trouble on the way is a {@link PublishException}. */
public sealed interface PublishResult {
  /**
   * The server keeps the event.
   *
   * @param id names the event in its log; not an id to resume from
   * @param connections how many connections have it in hand just now, maybe none
   */
  record Accepted(String id, int connections) implements PublishResult {}

  /**
   * The server does not want it, and says why (RFC 9457).
   *
   * @param status the HTTP status
   * @param type the stable name of the problem, {@code about:blank} where the server gives none
   * @param detail a sentence for people
   */
  record Refused(int status, String type, String detail) implements PublishResult {}
}
