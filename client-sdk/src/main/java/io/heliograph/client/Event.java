package io.heliograph.client;

import java.util.Objects;

/**
 * One event as the server sent it.
 *
 * @param type the {@code event} field; {@code "message"} where the server sent none
 * @param data the {@code data} lines, joined by line feeds; may be empty
 * @param lastEventId the stream's last event id once this event was read, {@code ""} where the
 *     server never sent one: the {@link StreamSpec#lastEventId(String)} to go on after this event
 */
public record Event(String type, String data, String lastEventId) {
  /** Refuses null. */
  public Event {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(lastEventId, "lastEventId");
  }
}
