package io.heliograph.spring;

import io.heliograph.client.SseListener;
import io.heliograph.client.StreamSpec;
import java.util.Objects;

/**
 * A stream to follow for as long as the program runs. Each bean of this type is subscribed after
 * all other beans are ready, and closed before any of them is destroyed.
 *
 * @param spec the stream; {@code named} sets its name in health and in the file of positions
 * @param listener receives all signals
 */
public record HeliographStream(StreamSpec spec, SseListener listener) {
  /** Refuses null. */
  public HeliographStream {
    Objects.requireNonNull(spec, "spec");
    Objects.requireNonNull(listener, "listener");
  }
}
