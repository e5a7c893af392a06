package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * A user came online or went offline; an event of {@link StreamSpec#presence}.
 *
 * @param user the id of the user
 * @param online false if the user has had no connection for the server's grace period
 * @param at the time, in milliseconds
 */
public record PresenceEdge(String user, boolean online, Instant at) {

  /**
   * Reads an event of that stream.
   *
   * @param event of any type
   * @return empty if the event is not a presence event
   */
  public static Optional<PresenceEdge> of(Event event) {
    boolean online = event.type().equals("online");
    if (!online && !event.type().equals("offline")) {
      return Optional.empty();
    }
    Map<String, String> fields = Json.fields(event.data());
    String user = fields.getOrDefault("user", "");
    String time = fields.getOrDefault("time", "");
    if (user.isEmpty() || !time.matches("[0-9]{1,15}")) {
      return Optional.empty();
    }
    return Optional.of(new PresenceEdge(user, online, Instant.ofEpochMilli(Long.parseLong(time))));
  }
}
