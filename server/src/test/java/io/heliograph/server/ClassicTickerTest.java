package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.SilentSink;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.log.Appended;
import io.heliograph.server.log.ForwardingLog;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClassicTickerTest {

  private static final Duration SPAN = Duration.ofSeconds(15);
  private static final Retention KEPT = new Retention(256, 1 << 20, SPAN);

  @Test
  void itGoesOnAfterTheLogWasAway() throws Exception {
    var appends = new CountDownLatch(3);
    try (var log = new FailingLog(appends);
        var hub =
            new Hub(log, new StreamLimits(SPAN, SPAN, SPAN, Optional.empty()), NanoClock.SYSTEM)) {
      var alice = new StreamSpec(new UserId("alice"), Optional.empty(), false, "test", "");
      var sink =
          new SilentSink() {
            @Override
            public boolean blocks() {
              return false; // The stream stays open.
            }
          };
      hub.open(alice, sink, () -> {}, (_, _) -> {});

      try (var _ = new ClassicTicker(hub, Duration.ofMillis(1))) {
        assertThat(appends.await(10, TimeUnit.SECONDS)).isTrue();
      }
    }
  }

  /** Takes no event, as one whose Redis is away. */
  private static final class FailingLog extends ForwardingLog {
    private final CountDownLatch appends;

    FailingLog(CountDownLatch appends) {
      super(new MemoryEventLog(KEPT, KEPT, 1 << 20, NanoClock.SYSTEM));
      this.appends = appends;
    }

    @Override
    public Appended append(LogName name, Publication publication) {
      appends.countDown();
      throw new LogUnavailableException("away");
    }
  }
}
