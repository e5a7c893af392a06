package io.heliograph.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LogTailTest {

  private static final Retention KEPT = new Retention(256, 1 << 20, Duration.ofHours(24));

  @Test
  void anAppendToARemovedLogIsTurnedAwayAndNotSwallowed() {
    var tail = new LogTail(7, KEPT, () -> 0, () -> 1);
    tail.remove();

    assertThat(tail.append(Event.of("message", "late"))).isNull();
  }

  @Test
  void aLogThatKeptAnEventIsNotRemovedAsIfItHadNot() {
    var tail = new LogTail(7, KEPT, () -> 0, () -> 1);
    tail.append(Event.of("message", "kept"));

    assertThat(tail.removeIfUntouched()).isFalse();
    assertThat(tail.append(Event.of("message", "next"))).isNotNull();
  }

  @Test
  void aRingKeepsItsOrderWhileItGrowsShrinksAndWraps() {
    var tail = new LogTail(7, new Retention(3, 1 << 20, Duration.ofHours(1)), nanos(), () -> 1);
    for (int i = 1; i <= 1_000; i++) {
      tail.append(Event.of("message", Integer.toString(i)));
      assertThat(tail.head().sequence()).isEqualTo(i);
    }
    var replay = (Replay.Events) tail.after(tail.oldest(), Integer.MAX_VALUE);

    assertThat(replay.events())
        .extracting(event -> event.position().sequence())
        .containsExactly(998L, 999L, 1_000L);
  }

  /** A clock that jumps past the grace at each look, so that count alone bounds the log. */
  private static NanoClock nanos() {
    long[] now = {0};
    return () -> now[0] += Retention.GRACE.toNanos() + 1;
  }
}
