package io.heliograph.client;

import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Some of the events that the server keeps for a user, as {@link HeliographApi#history} returned
 * them. Immutable.
 *
 * @param events oldest first; may be empty
 * @param cursor the position after everything that was read, including events that {@link
 *     HistorySpec#types} excludes. Pass it to {@link HistorySpec#after} for the next page, or to
 *     {@link StreamSpec#lastEventId} to follow the stream from here
 * @param more whether the server keeps at least one more event after {@code cursor}
 * @param gap events that are gone, before or among {@code events}; fetch the state from its source
 */
public record HistoryPage(
    List<KeptEvent> events, String cursor, boolean more, Optional<Signal.Gap> gap) {
  /** Copies the list. Refuses null. */
  public HistoryPage {
    events = List.copyOf(events);
    Objects.requireNonNull(cursor, "cursor");
    Objects.requireNonNull(gap, "gap");
  }
}
