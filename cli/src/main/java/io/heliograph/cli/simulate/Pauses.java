package io.heliograph.cli.simulate;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicLong;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;
import org.jspecify.annotations.Nullable;

/** The pauses that this program's garbage collector makes, from construction on. Thread-safe. */
final class Pauses implements AutoCloseable {
  private final AtomicLong longestMillis = new AtomicLong();
  private final AtomicLong sumMillis = new AtomicLong();
  private final NotificationListener listener = this::noted;

  Pauses() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      // Those named so run beside the program.
      if (collector instanceof NotificationEmitter emitter
          && !collector.getName().contains("Concurrent")) {
        emitter.addNotificationListener(listener, null, null);
      }
    }
  }

  private void noted(Notification notification, @Nullable Object handback) {
    if (notification.getUserData() instanceof CompositeData data) {
      long millis = GarbageCollectionNotificationInfo.from(data).getGcInfo().getDuration();
      longestMillis.accumulateAndGet(millis, Math::max);
      sumMillis.addAndGet(millis);
    }
  }

  long longestMillis() {
    return longestMillis.get();
  }

  long sumMillis() {
    return sumMillis.get();
  }

  @Override
  public void close() {
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (collector instanceof NotificationEmitter emitter
          && !collector.getName().contains("Concurrent")) {
        try {
          emitter.removeNotificationListener(listener);
        } catch (ListenerNotFoundException e) {
          throw new IllegalStateException("it was added by the constructor", e);
        }
      }
    }
  }
}
