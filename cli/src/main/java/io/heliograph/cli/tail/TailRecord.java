package io.heliograph.cli.tail;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.json.Json;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a tail: an event, or a reader that connected, disconnected or missed events.
 *
 * @param kind {@code event}, {@code connect}, {@code close} or {@code gap}
 * @param user null for a broadcast
 * @param id of the event, null for an ephemeral one; or of the connection
 * @param type of the event; null for other kinds
 * @param data of the event; null for other kinds, and if it was not asked for
 * @param details what the server says of a connection, by name; empty for an event
 */
record TailRecord(
    String kind,
    @Nullable String user,
    @Nullable String id,
    @Nullable String type,
    @Nullable String data,
    Map<String, @Nullable Object> details,
    Instant at) {
  /** Reads what the server sent as an event of this type; fails if a tail does not send it. */
  static TailRecord of(String kind, String json) throws IOException {
    if (!(Json.read(json) instanceof Map<?, ?> line)) {
      throw new IOException("not a JSON object");
    }
    var details = new LinkedHashMap<String, @Nullable Object>();
    if (line.get("data") instanceof Map<?, ?> data) {
      data.forEach((name, value) -> details.put(String.valueOf(name), value));
    }
    return new TailRecord(
        kind,
        text(line, "user"),
        text(line, "id"),
        text(line, "type"),
        text(line, "data"),
        details,
        Instant.ofEpochMilli(line.get("time") instanceof Long millis ? millis : 0));
  }

  private static @Nullable String text(Map<?, ?> line, String name) {
    return line.get(name) instanceof String text ? text : null;
  }

  String detail(String name) {
    return details.containsKey(name) ? String.valueOf(details.get(name)) : "?";
  }

  /** One object; a reader's record is told from an event by its kind. */
  String json() {
    boolean event = kind.equals("event");
    JsonLine json =
        JsonLine.record(event ? "event" : "reader-" + kind, at)
            .put("user", user)
            .put(event ? "id" : "conn", id);
    if (event) {
      json.put("type", type);
    }
    if (data != null) {
      json.putData(data);
    }
    details.forEach(json::put);
    return json.end();
  }
}
