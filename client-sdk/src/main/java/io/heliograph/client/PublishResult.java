package io.heliograph.client;

import java.util.Map;

/** The result of one item of a batch. */
public sealed interface PublishResult {
  /**
   * The server stored the event, or, if it is ephemeral, passed it to the connections.
   *
   * @param id names the event in its log; not an id to resume from; {@code ""} if it is ephemeral
   * @param connections number of connections that were woken for it
   */
  record Accepted(String id, int connections) implements PublishResult {}

  /**
   * The server accepted an item for several users.
   *
   * @param users by user id, in the order of the item
   */
  record AcceptedForUsers(Map<String, Accepted> users) implements PublishResult {
    /** Copies the map and keeps its order. */
    public AcceptedForUsers {
      users = java.util.Collections.unmodifiableMap(new java.util.LinkedHashMap<>(users));
    }
  }

  /**
   * The server refused this item (RFC 9457). Other items of the batch are not affected. With the
   * type {@code urn:heliograph:problem:log-unavailable}, the server does not know whether it stored
   * the item.
   *
   * @param status HTTP status
   * @param type the stable name of the problem
   * @param detail a sentence for people
   */
  record Refused(int status, String type, String detail) implements PublishResult {}
}
