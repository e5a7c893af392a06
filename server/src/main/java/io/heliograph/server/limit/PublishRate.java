package io.heliograph.server.limit;

import io.heliograph.server.event.NanoClock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One token bucket per address: it holds one second's worth and fills at the rate. A batch may take
 * more than the bucket contains, if it is not empty; the address must then wait until the excess
 * has been worked off. Batches of any size pass, and the long-term rate is kept. Thread-safe.
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
   * Creates full buckets.
   *
   * @param perSecond events that an address may publish per second, at least 1
   */
  public PublishRate(int perSecond, NanoClock clock) {
    this.nanosPerEvent = Math.max(1, Duration.ofSeconds(1).toNanos() / perSecond);
    this.clock = clock;
  }

  /**
   * Takes events out of the address's bucket.
   *
   * @param address the client's address, as in {@link ClientAddresses#group}
   * @return zero if they may be published, otherwise how long to wait; nothing was taken then
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

  /** Returns events that were taken but not published. */
  public void giveBack(String address, int events) {
    synchronized (usedUntil) {
      usedUntil.computeIfPresent(address, (_, until) -> until - events * nanosPerEvent);
    }
  }
}
