package io.heliograph.server.observe;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Warns of refused requests that may be a mistake or an attack: one line a minute for each reason,
 * which says how many it leaves out. Thread-safe.
 */
public final class RefusalLog {

  /** The reasons that are logged; of the others {@link Metrics#refusals} has the count. */
  public static final Set<String> REASONS =
      Set.of(
          "invalid-token",
          "invalid-ticket",
          "token-expired",
          "token-revoked",
          "forbidden",
          "origin-not-allowed",
          "host-not-allowed",
          "too-many-requests",
          "too-many-connections",
          "too-many-tails",
          "overloaded",
          "store-full");

  private static final System.Logger LOG = System.getLogger("io.heliograph.server.refusals");
  private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

  private final LongSupplier nanos;
  private final Map<String, Reason> reasons =
      REASONS.stream()
          .collect(Collectors.toUnmodifiableMap(Function.identity(), _ -> new Reason()));

  /** What is known of one reason. Guarded by itself. */
  private static final class Reason {
    boolean told;
    long toldNanos;
    long leftOut;
  }

  /**
   * A log of one server.
   *
   * @param nanos as {@link System#nanoTime()}
   */
  public RefusalLog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * A request was refused.
   *
   * @param line made only if it is logged
   */
  public void refused(String reason, Supplier<LogLine> line) {
    Reason state = reasons.get(reason);
    if (state == null) {
      return;
    }
    long leftOut;
    synchronized (state) {
      long now = nanos.getAsLong();
      if (state.told && now - state.toldNanos < PAUSE_NANOS) {
        state.leftOut++;
        return;
      }
      leftOut = state.leftOut;
      state.told = true;
      state.toldNanos = now;
      state.leftOut = 0;
    }
    LogLine said = line.get();
    LOG.log(
        System.Logger.Level.WARNING, "{0}", leftOut == 0 ? said : said.with("left-out", leftOut));
  }
}
