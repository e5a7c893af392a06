package io.heliograph.server.log.packed;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares what a log keeps in arrays with a plain list of events, over random operations. */
class KeptEventsTest {

  private static final long EPOCH = 7;
  private static final int STEPS = 20_000;

  private final KeptEvents kept = new KeptEvents();
  private final List<Entry> model = new ArrayList<>();
  private long sequence;

  private record Entry(StoredEvent event, int share) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isTheSameAsAListOfEvents(long seed) {
    var random = new Random(seed);
    int most = 1 + random.nextInt(400);
    for (int i = 0; i < STEPS; i++) {
      switch (random.nextInt(model.size() < most ? 10 : 20)) {
        case 0, 1, 2, 3, 4, 5, 6, 7, 8 -> add(random);
        case 9 -> removeShare(random.nextInt(4));
        case 10, 11 -> remove(random.nextInt(model.size() + 1) - 1);
        default -> remove(0);
      }
      if (i % 97 == 0) {
        assertSame(random);
      }
    }
    assertSame(random);
  }

  @Test
  void anEventThatWasReadOutlivesItsRemoval() {
    var random = new Random(9);
    add(random, "first", null);
    StoredEvent read = kept.get(0, EPOCH);
    kept.remove(0);
    for (int i = 0; i < 1_000; i++) {
      add(random, "later " + i, null);
    }

    assertThat(read.data()).isEqualTo("first");
  }

  @Test
  void blocksAreCopiedUnlessTheyAreLargeOrShared() {
    var small = Publication.of(Event.of("message", "x"));
    var large = Publication.of(Event.of("message", "x".repeat(Chunks.LARGEST_COPY)));
    var shared = Publication.forMany(Event.of("message", "x"), "", null);
    for (Publication each : List.of(small, large, shared)) {
      kept.addLast(StoredEvent.of(Position.kept(EPOCH, ++sequence), each, 0), 0);
    }

    assertThat(kept.get(0, EPOCH).bytes()).isNotSameAs(small.block());
    assertThat(kept.get(1, EPOCH).bytes()).isSameAs(large.block());
    assertThat(kept.get(2, EPOCH).bytes()).isSameAs(shared.block());
    assertThat(kept.get(2, EPOCH).holders()).isNotNull();
  }

  private void add(Random random) {
    String data = "x".repeat(random.nextInt(random.nextInt(30) == 0 ? 6_000 : 300));
    add(random, data, random.nextInt(3) == 0 ? key(random) : null);
  }

  private void add(Random random, String data, @Nullable IdempotencyKey key) {
    Event plain = Event.of("message", data);
    Event event =
        random.nextInt(5) == 0
            ? new Event("message", data, false, Optional.of(Duration.ofSeconds(9)))
            : plain;
    Publication publication =
        random.nextInt(8) == 0
            ? Publication.forMany(event, "", key)
            : Publication.of(event, "", key);
    sequence += 1 + random.nextInt(2);
    var stored = StoredEvent.of(Position.kept(EPOCH, sequence), publication, sequence * 10);
    int share = random.nextInt(4);
    kept.addLast(stored, share);
    model.add(new Entry(stored, share));
  }

  private static IdempotencyKey key(Random random) {
    return new IdempotencyKey(random.nextLong(), random.nextLong());
  }

  private void remove(int index) {
    if (index >= 0 && index < model.size()) {
      kept.remove(index);
      model.remove(index);
    }
  }

  private void removeShare(int share) {
    kept.removeIf(i -> kept.share(i) == share);
    model.removeIf(entry -> entry.share == share);
  }

  private void assertSame(Random random) {
    assertThat(kept.size()).isEqualTo(model.size());
    long copied =
        model.stream()
            .filter(e -> e.event.holders() == null && e.event.length() <= Chunks.LARGEST_COPY)
            .mapToLong(e -> e.event.length())
            .sum();
    // The newest chunk is begun for a quarter of what is there.
    assertThat(kept.allocated()).isBetween(copied, copied + copied / 2 + 1024 + Chunks.LARGEST);
    for (int i = 0; i < model.size(); i++) {
      StoredEvent event = model.get(i).event;
      StoredEvent read = kept.get(i, EPOCH);
      for (Function<StoredEvent, Object> part : PARTS) {
        assertThat(part.apply(read)).isEqualTo(part.apply(event));
      }
      assertThat(kept.share(i)).isEqualTo(model.get(i).share);
      assertThat(kept.sequence(i)).isEqualTo(event.position().sequence());
      assertThat(kept.length(i)).isEqualTo(event.length());
      assertThat(kept.appendedNanos(i)).isEqualTo(event.appendedNanos());
      long now = sequence * 10 + random.nextLong(Duration.ofSeconds(18).toNanos());
      assertThat(kept.isExpired(i, now)).isEqualTo(event.expired(now));
    }
    long after = random.nextLong(sequence + 2);
    assertThat(kept.firstAfter(after))
        .isEqualTo(
            (int) model.stream().filter(e -> e.event.position().sequence() <= after).count());
    int share = random.nextInt(5);
    int first = model.stream().map(Entry::share).toList().indexOf(share);
    assertThat(kept.indexOf(share)).isEqualTo(first < 0 ? model.size() : first);
  }

  private static final List<Function<StoredEvent, Object>> PARTS =
      List.of(
          StoredEvent::position,
          StoredEvent::data,
          StoredEvent::type,
          StoredEvent::ttlNanos,
          StoredEvent::appendedNanos,
          event -> event.key() == null ? "none" : event.key(),
          event -> event.holders() == null ? "none" : event.holders());
}
