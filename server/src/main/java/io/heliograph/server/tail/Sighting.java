package io.heliograph.server.tail;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heliograph.server.event.UserId;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a node has seen.
 *
 * @param user whose event or connection; null for everybody
 * @param id of the event or of the connection; null for an ephemeral event
 * @param type of the event; "" for what is no event
 * @param text the event's data; otherwise a JSON object
 * @param trace the trace that the publish belongs to; null for none
 */
public record Sighting(
    TailSpec.Include what,
    @Nullable UserId user,
    @Nullable String id,
    String type,
    String text,
    long timeMillis,
    @Nullable String trace) {

  // Beside its text: a few objects, the texts of ids.
  private static final long OVERHEAD = 300;

  /** Whether a tail shows it. */
  boolean isFor(TailSpec spec) {
    return spec.include().contains(what)
        && (user == null || spec.users().match(user.value()))
        && (what != TailSpec.Include.EVENTS || spec.types().match(type));
  }

  /** The entry of a tail. */
  Tail.Sight entry(boolean data) {
    String word = what.name().toLowerCase(Locale.ROOT);
    return new Tail.Sight(
        word.substring(0, word.length() - 1), // "event" of EVENTS.
        OVERHEAD + (data ? 2L * text.length() : 0),
        json -> write(json, data));
  }

  private void write(JsonGenerator json, boolean data) throws IOException {
    json.writeStringField("user", user == null ? null : user.value());
    json.writeStringField("id", id);
    if (what != TailSpec.Include.EVENTS) {
      json.writeFieldName("data");
      json.writeRawValue(text);
    } else {
      json.writeStringField("type", type);
      if (data) {
        json.writeStringField("data", text);
      }
      if (trace != null) {
        json.writeStringField("traceparent", trace);
      }
    }
    json.writeNumberField("time", timeMillis);
  }
}
