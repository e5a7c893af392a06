package io.heliograph.server.log;

import java.time.Duration;

/**
 * How much one log keeps; what comes first drops the oldest.
 *
 * @param events how many, at least 1; but an event younger than {@link #GRACE} stays, so that a
 *     burst does not gap a healthy reader
 * @param bytes of blocks as they are written to a reader, at least 1
 * @param age for how long
 */
public record Retention(int events, long bytes, Duration age) {

  /** For how long an event is safe from {@link #events}. */
  public static final Duration GRACE = Duration.ofSeconds(10);

  /** What is kept of the edges of presence. */
  public static final Retention EDGES = new Retention(10_000, 4 << 20, Duration.ofHours(24));
}
