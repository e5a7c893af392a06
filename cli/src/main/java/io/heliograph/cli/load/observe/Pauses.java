package io.heliograph.cli.load.observe;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/**
 * The pauses that this program's garbage collector makes, from construction on, but for those that
 * the program asked for. Thread-safe.
 */
public final class Pauses implements AutoCloseable {
  private static final String ASKED_FOR = "System.gc()";

  private final AtomicLong longestBefore = new AtomicLong();
  private final AtomicLong longestMillis = new AtomicLong();
  private final AtomicLong sumMillis = new AtomicLong();
  private final NotificationListener listener = this::noted;
  // On the collector's clock: ms since this program started.
  private volatile long measureFrom = Long.MAX_VALUE;

  public Pauses() {
    collectors().forEach(collector -> collector.addNotificationListener(listener, null, null));
  }

  private static List<NotificationEmitter> collectors() {
    return ManagementFactory.getGarbageCollectorMXBeans().stream()
        // Those named so run beside the program.
        .filter(collector -> !collector.getName().contains("Concurrent"))
        .filter(NotificationEmitter.class::isInstance)
        .map(NotificationEmitter.class::cast)
        .toList();
  }

  private void noted(Notification notification, @Nullable Object handback) {
    if (notification.getUserData() instanceof CompositeData data) {
      var info = GarbageCollectionNotificationInfo.from(data);
      if (!info.getGcCause().equals(ASKED_FOR)) {
        paused(info.getGcInfo().getEndTime(), info.getGcInfo().getDuration());
      }
    }
  }

  /** A pause of so many ms ended at a time of the collector's clock. */
  void paused(long end, long millis) {
    if (end < measureFrom) {
      longestBefore.accumulateAndGet(millis, Math::max);
    } else {
      longestMillis.accumulateAndGet(millis, Math::max);
      sumMillis.addAndGet(millis);
    }
  }

  /** From then on, on the clock of {@link System#nanoTime}, they count in full. */
  public void measureFrom(long nanos) {
    measureFrom =
        ManagementFactory.getRuntimeMXBean().getUptime() + (nanos - System.nanoTime()) / 1_000_000;
  }

  public long longestBeforeMillis() {
    return longestBefore.get();
  }

  public long longestMillis() {
    return longestMillis.get();
  }

  public long sumMillis() {
    return sumMillis.get();
  }

  @Override
  public void close() {
    try {
      for (NotificationEmitter collector : collectors()) {
        collector.removeNotificationListener(listener);
      }
    } catch (ListenerNotFoundException e) {
      throw new IllegalStateException("it was added by the constructor", e);
    }
  }
}
