package io.heliograph.server.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Publication;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LogTailTest {

  private final Budget budget = new Budget(1 << 20, Duration.ofHours(24));

  private static final Retention KEPT = new Retention(256, 1 << 20, Duration.ofHours(24));

  @Test
  void anAppendToARemovedLogIsTurnedAwayAndNotSwallowed() {
    var tail = new LogTail(null, 7, KEPT, () -> 0, budget);
    tail.remove();

    assertThat(tail.append(Publication.of(Event.of("message", "late")))).isNull();
  }

  @Test
  void aLogThatKeptAnEventIsNotRemovedAsIfItHadNot() {
    var tail = new LogTail(null, 7, KEPT, () -> 0, budget);
    tail.append(Publication.of(Event.of("message", "kept")));

    assertThat(tail.removeIfUntouched()).isFalse();
    assertThat(tail.append(Publication.of(Event.of("message", "next")))).isNotNull();
  }

  @Test
  void aShareThatWasEmptiedAfterItWasChosenTakesNothingOfItsSuccessor() {
    var crowded = new Budget(1, Duration.ofHours(24));
    var now = new AtomicLong();
    var tail = new LogTail(null, 7, KEPT, now::get, crowded);
    tail.append(
        Publication.of(new Event("message", "brief", false, Optional.of(Duration.ofSeconds(1)))));
    Share chosen = crowded.victim(new LogTail(null, 8, KEPT, now::get, crowded), "another");
    now.addAndGet(Duration.ofSeconds(2).toNanos());
    tail.append(Publication.of(Event.of("message", "next"))); // Which drops what was chosen.

    tail.drop(Objects.requireNonNull(chosen));

    assertThat(tail.size()).isEqualTo(1);
    tail.drop();
    assertThat(crowded.total()).isEqualTo(2 * LogTail.LOG_OVERHEAD);
  }

  @Test
  void aRingKeepsItsOrderWhileItGrowsShrinksAndWraps() {
    var tail =
        new LogTail(null, 7, new Retention(3, 1 << 20, Duration.ofHours(1)), nanos(), budget);
    for (int i = 1; i <= 1_000; i++) {
      tail.append(Publication.of(Event.of("message", Integer.toString(i))));
      assertThat(tail.head().sequence()).isEqualTo(i);
    }
    var replay = (Replay.Events) tail.after(tail.oldest(), Integer.MAX_VALUE, new Reader(tail));

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
