package io.heliograph.client;

import java.time.Duration;
import java.util.Objects;

/**
 * How long an open stream may be silent before it counts as dead. Without such a limit a connection
 * that was cut without a farewell (a cable pulled, a NAT entry gone) looks alive for ever.
 */
public sealed interface Heartbeat {
  /**
   * {@return the limit that follows from the interval that the server announces} It does so by the
   * header {@code Sse-Heartbeat-Interval} (seconds), or in Heliograph's {@code stream.open}. The
   * limit is twice the interval and 5 s, at least 10 s; 45 s where none is announced, see {@link
   * ServerAnnounced#orElse}.
   */
  static ServerAnnounced serverAnnounced() {
    return new ServerAnnounced(Duration.ofSeconds(45));
  }

  /**
   * {@return this limit, whatever the server says}
   *
   * @param limit 1 ms and more; well above the interval of the server's heartbeats
   * @throws IllegalArgumentException if it is below a millisecond
   */
  static Heartbeat fixed(Duration limit) {
    return new Fixed(limit);
  }

  /** {@return no limit: for servers that stay silent for as long as nothing happens} */
  static Heartbeat off() {
    return new Off();
  }

  /**
   * See {@link #serverAnnounced()}.
   *
   * @param otherwise the limit where the server announces nothing
   */
  record ServerAnnounced(Duration otherwise) implements Heartbeat {
    /** Refuses less than a millisecond. */
    public ServerAnnounced {
      requirePositive(otherwise);
    }

    /**
     * {@return the same with another limit for servers that announce nothing}
     *
     * @param limit 1 ms and more
     * @throws IllegalArgumentException if it is below a millisecond
     */
    public ServerAnnounced orElse(Duration limit) {
      return new ServerAnnounced(limit);
    }
  }

  /**
   * See {@link #fixed(Duration)}.
   *
   * @param limit 1 ms and more
   */
  record Fixed(Duration limit) implements Heartbeat {
    /** Refuses less than a millisecond. */
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
