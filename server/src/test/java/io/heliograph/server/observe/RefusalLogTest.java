package io.heliograph.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.LogCapture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated
class RefusalLogTest {

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1); // It may overflow.
  private final RefusalLog refusals = new RefusalLog(nanos::get);

  @Test
  void aReasonIsLoggedOnceAMinuteWithTheNumberOfThoseLeftOut() {
    try (var log = LogCapture.of("io.heliograph.server.refusals")) {
      for (int i = 0; i < 5; i++) {
        refuse("invalid-token");
      }
      refuse("overloaded");
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(59));
      refuse("invalid-token");
      nanos.addAndGet(TimeUnit.SECONDS.toNanos(1));
      refuse("invalid-token");
      refuse("invalid-token");

      assertThat(log.lines())
          .containsExactly(
              "WARNING refused reason=invalid-token",
              "WARNING refused reason=overloaded",
              "WARNING refused reason=invalid-token left-out=5");
    }
  }

  @Test
  void reasonsThatEveryScannerCausesAreNotLogged() {
    try (var log = LogCapture.of("io.heliograph.server.refusals")) {
      refuse("not-found");

      assertThat(log.lines()).isEmpty();
    }
  }

  private void refuse(String reason) {
    refusals.refused(reason, () -> LogLine.of("refused").with("reason", reason));
  }
}
