package io.heliograph.cli.format;

import io.heliograph.client.Event;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An event as it is to be shown.
 *
 * @param at when it came
 * @param user whose stream it came on; null where the server knows no users
 * @param id the stream's last event id once it was read
 * @param replay whether it is from before the connection
 * @param connection the number of the connection that brought it, from 1
 */
public record Shown(
    Instant at,
    @Nullable String user,
    String id,
    String type,
    String data,
    boolean replay,
    int connection) {
  /** An event that comes now. */
  public static Shown now(@Nullable String user, Event event, boolean replay, int connection) {
    return new Shown(
        Instant.now(), user, event.lastEventId(), event.type(), event.data(), replay, connection);
  }
}
