package io.heliograph.cli.tail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of a tail: what was published, or a reader that came, went or missed something.
 *
 * @param kind {@code event}, {@code connect}, {@code close} or {@code gap}
 * @param user null for a broadcast
 * @param id of the event, null for an ephemeral one; or of the connection
 * @param type of the event; null where it is none
 * @param data of the event; null where it is none, or was not asked for
 * @param details what the server says of a connection, by name; empty for an event
 */
record TailRecord(
    String kind,
    @Nullable String user,
    @Nullable String id,
    @Nullable String type,
    @Nullable String data,
    Map<String, String> details,
    Instant at) {
  private static final JsonFactory JSON = new JsonFactory();

  /**
   * Reads what the server sent.
   *
   * @param kind the event's type on the wire
   * @throws IOException if it is not what a tail sends
   */
  static TailRecord of(String kind, String json) throws IOException {
    @Nullable String user = null;
    @Nullable String id = null;
    @Nullable String type = null;
    @Nullable String data = null;
    Map<String, String> details = Map.of();
    Instant at = Instant.EPOCH;
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IOException("it is no object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonToken value = parser.nextToken();
        switch (name) {
          case "user" -> user = parser.getValueAsString();
          case "id" -> id = parser.getValueAsString();
          case "type" -> type = parser.getValueAsString();
          case "time" -> at = Instant.ofEpochMilli(parser.getLongValue());
          case "data" -> {
            if (value == JsonToken.START_OBJECT) {
              details = details(parser);
            } else {
              data = parser.getValueAsString();
            }
          }
          default -> parser.skipChildren(); // What a later server may say beside it.
        }
      }
    }
    return new TailRecord(kind, user, id, type, data, details, at);
  }

  private static Map<String, String> details(JsonParser parser) throws IOException {
    var details = new LinkedHashMap<String, String>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      if (parser.nextToken().isScalarValue()) {
        details.put(name, String.valueOf(parser.getValueAsString()));
      } else {
        parser.skipChildren();
      }
    }
    return details;
  }

  String detail(String name) {
    return details.getOrDefault(name, "?");
  }
}
