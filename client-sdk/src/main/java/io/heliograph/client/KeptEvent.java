package io.heliograph.client;

import java.time.Instant;
import java.util.Objects;

/**
 * One event of a {@link HistoryPage}.
 *
 * @param event as a stream delivers it; its {@link Event#lastEventId} is the cursor of a reader
 *     that has received this event and all before it
 * @param published time at which the server accepted it, to the millisecond, by the server's clock
 */
public record KeptEvent(Event event, Instant published) {
  /** Refuses null. */
  public KeptEvent {
    Objects.requireNonNull(event, "event");
    Objects.requireNonNull(published, "published");
  }
}
