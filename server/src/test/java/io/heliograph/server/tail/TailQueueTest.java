package io.heliograph.server.tail;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Globs;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.Replay;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What a tail keeps for a reader who is slow, and what it says of the rest. */
class TailQueueTest {

  private static final Position START = Position.kept(7, 0);

  private final AtomicLong nanos = new AtomicLong();

  @Test
  void whatNobodyReadsIsBoundedAndTheRestIsCounted() {
    Tail tail = tail(100_000);
    var wakes = new AtomicInteger();
    tail.onNew(wakes::incrementAndGet);
    for (int i = 0; i < Tail.MAX_WAITING + 7; i++) {
      tail.offer(sight(100));
    }

    assertThat(wakes).hasValue(Tail.MAX_WAITING + 1);
    List<StoredEvent> kept = events(tail.after(START, Integer.MAX_VALUE));
    assertThat(kept).hasSize(Tail.MAX_WAITING);
    Position last = kept.getLast().position();
    assertThat(tail.after(last, 100)).isEqualTo(Replay.NOTHING);
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(tail.after(last, 100)).isEqualTo(omitted(7, tail.head()));
    assertThat(tail.after(tail.head(), 100)).isEqualTo(Replay.NOTHING);
  }

  @Test
  void itsBytesAreBounded() {
    Tail tail = tail(100_000);
    for (int i = 0; i < 10; i++) {
      tail.offer(sight(1 << 20));
    }

    assertThat(events(tail.after(START, Integer.MAX_VALUE))).hasSize(4);
  }

  @Test
  void theRateHoldsForEachSecondAndTheNextThatPassesTellsWhatWasLeftOut() {
    Tail tail = tail(2);
    for (int i = 0; i < 5; i++) {
      tail.offer(sight(100));
    }
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    tail.offer(sight(100));

    List<StoredEvent> first = events(tail.after(START, Integer.MAX_VALUE));
    assertThat(first).hasSize(2);
    assertThat(tail.after(first.getLast().position(), 100))
        .isEqualTo(omitted(3, Position.kept(7, 5)));
    assertThat(events(tail.after(Position.kept(7, 5), 100))).hasSize(1);
  }

  @Test
  void aReadIsBoundedButNeverEmpty() {
    Tail tail = tail(10);
    tail.offer(sight(100));
    tail.offer(sight(100));

    assertThat(events(tail.after(START, 1))).hasSize(1);
  }

  private Tail tail(int rate) {
    return new Tail(
        new TailSpec(Globs.ALL, Globs.ALL, EnumSet.allOf(TailSpec.Include.class), rate, true),
        7,
        nanos::get,
        _ -> {});
  }

  private static Replay omitted(long lost, Position resumeAt) {
    return new Replay.Gap(Replay.Reason.OMITTED, OptionalLong.of(lost), resumeAt);
  }

  private static Tail.Sight sight(long cost) {
    return new Tail.Sight("event", cost, json -> json.writeNumberField("n", 1));
  }

  private static List<StoredEvent> events(Replay replay) {
    return ((Replay.Events) replay).events();
  }
}
