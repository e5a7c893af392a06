package io.heliograph.server.observe;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Logs warnings about refused requests that may be a mistake or an attack: at most one line a
 * minute for each reason, with the number of omitted ones. Thread-safe.
 */
public final class RefusalLog {

  /** The reasons that are logged; the others are only counted in {@link Metrics#refusals}. */
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

  /** The state of one reason. Guarded by itself. */
  private static final class Reason {
    boolean told;
    long toldNanos;
    long leftOut;
  }

  /**
   * Creates the log of one server.
   *
   * @param nanos as {@link System#nanoTime()}
   */
  public RefusalLog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /**
   * Reports a refused request.
   *
   * @param line created only if it is logged
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
