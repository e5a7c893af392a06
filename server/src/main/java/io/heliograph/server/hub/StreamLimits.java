package io.heliograph.server.hub;

import java.time.Duration;
import java.util.Optional;

/**
 * The times of every stream.
 *
 * @param heartbeat the longest silence of a stream
 * @param retry what a reader is told to wait before it comes back
 * @param writeTimeout for how long one write may be stuck before the stream is closed
 * @param maxAge how long a stream may live, give or take a fifth
 * @param skippedEvents after how many events that a reader does not get it learns its place, so
 *     that it does not return from a place that its logs have left
 * @param skippedBytes the same in bytes
 */
public record StreamLimits(
    Duration heartbeat,
    Duration retry,
    Duration writeTimeout,
    Optional<Duration> maxAge,
    int skippedEvents,
    long skippedBytes) {

  // Streams that began together, after a restart, must not end together.
  private static final double MAX_AGE_SPREAD = 0.2;

  private static final int MOST_SKIPPED_EVENTS = 64;
  private static final long MOST_SKIPPED_BYTES = 256 * 1024;

  private static final Duration SOONEST = Duration.ofMillis(100);
  private static final Duration SOON_SPREAD = Duration.ofMillis(900);

  /** For logs of the default size. */
  public StreamLimits(
      Duration heartbeat, Duration retry, Duration writeTimeout, Optional<Duration> maxAge) {
    this(heartbeat, retry, writeTimeout, maxAge, MOST_SKIPPED_EVENTS, MOST_SKIPPED_BYTES);
  }

  /** For logs that keep so much: a reader learns its place after a quarter of that, or sooner. */
  public StreamLimits forLogsOf(int events, long bytes) {
    return new StreamLimits(
        heartbeat,
        retry,
        writeTimeout,
        maxAge,
        Math.clamp(events / 4, 1, MOST_SKIPPED_EVENTS),
        Math.clamp(bytes / 4, 1, MOST_SKIPPED_BYTES));
  }

  /**
   * When a reader may come back whose stream was closed.
   *
   * @param jitter from [0, 1): readers that go together must not come back together
   */
  Duration comeBack(double jitter) {
    return times(retry, 1 + jitter);
  }

  /**
   * When a reader may come back that was not let in: later, because whoever is full needs time.
   *
   * @param jitter from [0, 1)
   */
  Duration comeBackRefused(double jitter) {
    return times(retry, 2 + 2 * jitter);
  }

  /**
   * When a reader may come back whose token has ended: at once, for it may have a new one already.
   * Later the longer it has none, so that readers that are left open do not knock all the time.
   *
   * @param sinceEnd for how long the token has not been good
   * @param jitter from [0, 1)
   */
  public static Duration comeBackExpired(Duration sinceEnd, double jitter) {
    return SOONEST.plus(times(SOON_SPREAD, jitter)).plus(sinceEnd.dividedBy(10));
  }

  /**
   * How long one stream may live.
   *
   * @param jitter from [0, 1)
   */
  Optional<Duration> age(double jitter) {
    return maxAge.map(age -> times(age, 1 - MAX_AGE_SPREAD + 2 * MAX_AGE_SPREAD * jitter));
  }

  private static Duration times(Duration duration, double factor) {
    return Duration.ofMillis(Math.round(duration.toMillis() * factor));
  }
}
