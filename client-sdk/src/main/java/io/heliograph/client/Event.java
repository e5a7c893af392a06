package io.heliograph.client;

import java.util.Objects;

/**
 * One event as the server sent it.
 *
 * @param type the {@code event} field; {@code "message"} if the server sent none
 * @param data the {@code data} lines, joined by line feeds; may be empty
 * @param lastEventId the stream's last event id after this event, {@code ""} if the server never
 *     sent one. Pass it to {@link StreamSpec#lastEventId(String)} to resume after this event
 */
public record Event(String type, String data, String lastEventId) {
  /** Refuses null. */
  public Event {
    Objects.requireNonNull(type, "type");
    Objects.requireNonNull(data, "data");
    Objects.requireNonNull(lastEventId, "lastEventId");
  }
}
