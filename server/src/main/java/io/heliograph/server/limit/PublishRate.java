package io.heliograph.server.limit;

import io.heliograph.server.event.NanoClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A token bucket an address: it holds a second's worth and fills at the rate. A batch may take more
 * than the bucket holds if anything is in it, and the address then waits for as long as that takes:
 * so any size of batch gets through, and no more than the rate in the long run. Thread-safe.
 */
public final class PublishRate {

  // The longest unseen are forgotten, which gives them a full bucket: about 1 MB for strangers.
  private static final int MAX_ADDRESSES = 10_000;

  private static final long BURST_NANOS = Duration.ofSeconds(1).toNanos();

  private final long nanosPerEvent;
  private final NanoClock clock;

  // Guarded by itself: until when an address has used up what fills its bucket. Not later than now
  // means that the bucket is full; a burst later that it is empty.
  private final Map<String, Long> usedUntil =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
          return size() > MAX_ADDRESSES;
        }
      };

  /**
   * Buckets that are full.
   *
   * @param perSecond events an address may publish, at least 1
   */
  public PublishRate(int perSecond, NanoClock clock) {
    this.nanosPerEvent = Math.max(1, Duration.ofSeconds(1).toNanos() / perSecond);
    this.clock = clock;
  }

  /**
   * Takes events out of the address's bucket.
   *
   * @param address the client's, as {@link ClientAddresses#group} has it
   * @return zero if they may be published, or else how long to wait; then nothing was taken
   */
  public Duration take(String address, int events) {
    long now = clock.nanos();
    synchronized (usedUntil) {
      Long until = usedUntil.get(address);
      // Differences only: nanoTime may be negative and wrap.
      long used = until == null || until - now < 0 ? 0 : until - now;
      if (used > BURST_NANOS - nanosPerEvent) {
        return Duration.ofNanos(used - (BURST_NANOS - nanosPerEvent));
      }
      usedUntil.put(address, now + used + events * nanosPerEvent);
      return Duration.ZERO;
    }
  }

  /** Puts events back that were taken and turned out not to be published. */
  public void giveBack(String address, int events) {
    synchronized (usedUntil) {
      usedUntil.computeIfPresent(address, (_, until) -> until - events * nanosPerEvent);
    }
  }
}
