package io.heliograph.client;

import java.util.Map;

/** What became of one item of a batch. */
public sealed interface PublishResult {
  /**
   * The server keeps the event, or, if it is ephemeral, has handed it to the connections.
   *
   * @param id names the event in its log; not an id to resume from; {@code ""} if it is ephemeral
   * @param connections how many connections were woken for it, maybe none
   */
  record Accepted(String id, int connections) implements PublishResult {}

  /**
   * The same for an item that names several users.
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
   * The server does not want this item, and says why (RFC 9457). The others of its batch are not
   * concerned.
   *
   * @param status as HTTP has it
   * @param type the stable name of the problem
   * @param detail a sentence for people
   */
  record Refused(int status, String type, String detail) implements PublishResult {}
}
