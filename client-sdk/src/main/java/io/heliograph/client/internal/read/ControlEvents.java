package io.heliograph.client.internal.read;

import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.internal.json.Json;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells Heliograph's control events from events, on one connection. Tolerant: a field that is
 * missing or odd is left empty, because a newer server must not break an older client.
 */
public final class ControlEvents {
  private static final String PREFIX = "stream.";
  // Ours are below 300 characters. More is not read, so that nobody can make this costly.
  private static final int MAX_CHARS = 16_384;

  private boolean first = true;
  private boolean introduced;
  private boolean refusal;

  /**
   * Whether the connection began with the server's word that it cannot be: it never was a stream.
   */
  public boolean isRefusal() {
    return refusal;
  }

  /** What an event is to the reader; null for one that says nothing but its id. */
  public @Nullable Signal read(Event event) {
    boolean isFirst = first;
    first = false;
    if (!event.type().startsWith(PREFIX) || !(isFirst || introduced)) {
      return new Signal.Message(event);
    }
    Map<String, String> fields =
        event.data().length() <= MAX_CHARS ? Json.fields(event.data()) : Map.of();
    if (isFirst) {
      introduced = introduces(event.type(), fields);
      refusal = introduced && event.type().equals("stream.closing");
    }
    return introduced ? control(event, fields) : new Signal.Message(event);
  }

  /**
   * Another server may use such types for its own: so the connection must have introduced itself.
   * The header Sse-Heartbeat-Interval proves nothing, for its name is open to all. A connection
   * that is refused in-band begins with stream.closing.
   */
  private static boolean introduces(String type, Map<String, String> fields) {
    return switch (type) {
      case "stream.open" -> number(fields, "protocol") > 0;
      case "stream.closing" -> fields.containsKey("reason") && fields.containsKey("reconnect");
      default -> false;
    };
  }

  private static @Nullable Signal control(Event event, Map<String, String> fields) {
    return switch (event.type()) {
      case "stream.open" ->
          new Signal.Greeted(
              fields.getOrDefault("connection", ""),
              fields.getOrDefault("user", ""),
              fields.getOrDefault("mode", ""),
              Optional.of(Duration.ofMillis(number(fields, "heartbeatMs")))
                  .filter(interval -> interval.toMillis() > 0),
              (int) Math.min(Integer.MAX_VALUE, number(fields, "protocol")));
      case "stream.gap" -> {
        long lost = number(fields, "lost");
        yield new Signal.Gap(
            fields.getOrDefault("log", ""),
            fields.getOrDefault("reason", ""),
            lost < 0 ? OptionalLong.empty() : OptionalLong.of(lost));
      }
      case "stream.live" -> new Signal.Live(Math.max(0, number(fields, "replayed")));
      case "stream.expiring" ->
          new Signal.Expiring(Duration.ofMillis(Math.max(0, number(fields, "inMs"))));
      case "stream.closing" ->
          new Signal.Closing(
              fields.getOrDefault("reason", ""),
              // Only a clear "false" ends a stream for ever.
              !"false".equals(fields.get("reconnect")));
      case "stream.position", "stream.heartbeat" -> null;
      default -> new Signal.OtherControl(event.type(), event.data());
    };
  }

  /** A whole number, -1 if there is none. */
  private static long number(Map<String, String> fields, String name) {
    String text = fields.getOrDefault(name, "");
    if (text.isEmpty() || text.length() > 15 || !text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    return Long.parseLong(text);
  }
}
