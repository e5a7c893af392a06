package io.heliograph.client;

import java.time.Duration;
import java.util.Objects;

/**
 * How long an open stream may be silent before it counts as dead. Without this limit, a connection
 * that was cut without a packet (cable pulled, NAT entry gone) would look alive forever.
 */
public sealed interface Heartbeat {
  /**
   * {@return a limit based on the interval that the server announces} The server announces it in
   * the header {@code Sse-Heartbeat-Interval} (seconds), or in Heliograph's {@code stream.open}.
   * The limit is twice the interval plus 5 s, at least 10 s. It is 45 s if no interval is
   * announced, see {@link ServerAnnounced#orElse}.
   */
  static ServerAnnounced serverAnnounced() {
    return new ServerAnnounced(Duration.ofSeconds(45));
  }

  /**
   * {@return a fixed limit, whatever the server announces}
   *
   * @param limit 1 ms or more; should be well above the server's heartbeat interval
   * @throws IllegalArgumentException if it is below a millisecond
   */
  static Heartbeat fixed(Duration limit) {
    return new Fixed(limit);
  }

  /** {@return no limit, for servers that send no heartbeats} */
  static Heartbeat off() {
    return new Off();
  }

  /**
   * See {@link #serverAnnounced()}.
   *
   * @param otherwise the limit if the server announces no interval
   */
  record ServerAnnounced(Duration otherwise) implements Heartbeat {
    /** Rejects limits below a millisecond. */
    public ServerAnnounced {
      requirePositive(otherwise);
    }

    /**
     * {@return a copy with another limit for servers that announce no interval}
     *
     * @param limit 1 ms or more
     * @throws IllegalArgumentException if it is below a millisecond
     */
    public ServerAnnounced orElse(Duration limit) {
      return new ServerAnnounced(limit);
    }
  }

  /**
   * See {@link #fixed(Duration)}.
   *
   * @param limit 1 ms or more
   */
  record Fixed(Duration limit) implements Heartbeat {
    /** Rejects limits below a millisecond. */
    public Fixed {
      requirePositive(limit);
    }
  }

  /** See {@link #off()}. */
  record Off() implements Heartbeat {}

  private static void requirePositive(Duration limit) {
    // A zero would mean "never" to a socket, the opposite of what it says.
    if (Objects.requireNonNull(limit, "limit").compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "the limit is "
              + limit
              + "; allowed: 1 ms or more. To wait forever, use Heartbeat.off()");
    }
  }
}
