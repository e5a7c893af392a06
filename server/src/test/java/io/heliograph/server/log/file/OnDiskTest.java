package io.heliograph.server.log.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.Appended;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.Replay;
import io.heliograph.server.log.Retention;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What a file log does with its disk and its memory. */
class OnDiskTest {

  private static final LogName ALICE = LogName.of(new UserId("alice"));
  private static final Retention KEEP = new Retention(256, 1 << 20, Duration.ofHours(24));

  private final SimDisk disk = new SimDisk(new Random(1));
  private long nanos = Duration.ofDays(20_000).toNanos();

  private FileEventLog open(Retention retention, long memory, int segment) throws IOException {
    return new FileEventLog(
        disk,
        new FileEventLog.Options(retention, retention, memory, segment, false),
        () -> nanos,
        () -> Instant.EPOCH.plusNanos(nanos));
  }

  private FileEventLog open() throws IOException {
    return open(KEEP, 64 << 20, 1 << 20);
  }

  @Test
  void aLoneEventIsOneSync() throws IOException {
    FileEventLog log = open();
    publish(log, ALICE, "warm");
    int before = disk.syncs();

    publish(log, ALICE, "alone");

    assertThat(disk.syncs()).isEqualTo(before + 1);
  }

  @Test
  void whatWaitsIsOneSyncForAllUsers() throws IOException {
    FileEventLog log = open();
    int before = disk.syncs();

    var pending = new ArrayList<EventLog.Pending>();
    for (int i = 0; i < 1_000; i++) {
      pending.add(log.begin(user(i), Publication.of(Event.of("message", "x"))));
    }
    pending.forEach(each -> assertThat(each.await()).isInstanceOf(Appended.Stored.class));

    assertThat(disk.syncs()).isEqualTo(before + 1);
  }

  @Test
  void readersSeeOnlyWhatIsSynced() throws IOException {
    FileEventLog log = open();
    try (Follow follow = log.follow(ALICE)) {
      Position start = follow.head();
      var pending = log.begin(ALICE, Publication.of(Event.of("message", "a")));
      assertThat(follow.after(start, 1_000)).isEqualTo(Replay.NOTHING);

      pending.await();

      assertThat(follow.after(start, 1_000)).isInstanceOf(Replay.Events.class);
    }
  }

  @Test
  void anEphemeralEventDoesNotOvertakeOneThatWaitsForTheDisk() throws IOException {
    FileEventLog log = open();
    try (Follow follow = log.follow(ALICE)) {
      Position start = follow.head();
      var pending = new ArrayList<EventLog.Pending>();
      pending.add(log.begin(ALICE, Publication.of(Event.of("message", "a"))));
      pending.add(log.begin(ALICE, Publication.of(Event.ephemeral("message", "now 1"))));
      pending.add(log.begin(ALICE, Publication.of(Event.ephemeral("message", "now 2"))));
      pending.add(log.begin(ALICE, Publication.of(Event.of("message", "b"))));

      pending.forEach(EventLog.Pending::await);
      log.begin(ALICE, Publication.of(Event.ephemeral("message", "now 3"))); // Waits for none.

      var read = (Replay.Events) follow.after(start, 1_000);
      assertThat(read.events())
          .extracting(StoredEvent::data)
          .containsExactly("a", "now 1", "now 2", "b", "now 3");
    }
  }

  @Test
  void aFailedSyncIsFinalAndReadingGoesOn() throws IOException {
    FileEventLog log = open();
    publish(log, ALICE, "a");
    disk.failAfter(1, SimDisk.Failure.SYNC_FAILS);

    assertThatThrownBy(() -> publish(log, ALICE, "b"))
        .isInstanceOf(LogUnavailableException.class)
        .hasMessageContaining("until it is restarted");
    disk.failAfter(Long.MAX_VALUE, SimDisk.Failure.CRASH);
    assertThatThrownBy(() -> publish(log, ALICE, "c")).isInstanceOf(LogUnavailableException.class);
    assertThatThrownBy(() -> log.forget(new UserId("alice")))
        .isInstanceOf(LogUnavailableException.class);
    assertThat(log.fault()).isPresent();
    assertThat(data(log, ALICE)).containsExactly("a");
  }

  @Test
  void aFullDiskIsFinalAndWhatWasAcknowledgedIsThereAfterARestart() throws IOException {
    FileEventLog log = open();
    publish(log, ALICE, "a");
    disk.failAfter(1, SimDisk.Failure.FULL);
    assertThatThrownBy(() -> publish(log, ALICE, "b"))
        .isInstanceOf(LogUnavailableException.class)
        .hasMessageContaining("No space left on device");

    disk.restart(true);

    FileEventLog again = open();
    assertThat(again.fault()).isEmpty();
    assertThat(data(again, ALICE)).startsWith("a");
    publish(again, ALICE, "c");
    assertThat(data(again, ALICE)).startsWith("a").endsWith("c");
  }

  @Test
  void usersThatNobodyFollowsCostNoMemory() throws IOException {
    FileEventLog log = open(KEEP, 1 << 20, 4 << 20);
    for (int i = 0; i < 20_000; i++) {
      publish(log, user(i), "x".repeat(200));
    }

    assertThat(log.usage().bytes()).isLessThan((1 << 20) + 10_000);
    assertThat(log.usage().logs()).isLessThan(2_000);
    assertThat(data(log, user(0))).hasSize(1);
    publish(log, user(0), "second");
    assertThat(data(log, user(0))).hasSize(2);
    assertThat(data(log, user(19_999))).hasSize(1);
  }

  @Test
  void aFollowedLogLeavesMemoryAndComesBackForAReaderThatIsBehind() throws IOException {
    FileEventLog log = open(KEEP, 100_000, 4 << 20);
    try (Follow follow = log.follow(ALICE)) {
      Position start = follow.head();
      publish(log, ALICE, "a");
      Position first = follow.head();
      for (int i = 0; i < 100; i++) {
        publish(log, user(i), "x".repeat(5_000));
      }

      assertThat(follow.head()).isEqualTo(first);
      assertThat(follow.after(first, 1_000)).isEqualTo(Replay.NOTHING);
      assertThat(follow.after(start, 1_000)).isEqualTo(Replay.COLD);
      follow.load();
      assertThat(follow.after(start, 1_000)).isInstanceOf(Replay.Events.class);
      publish(log, ALICE, "b");
      assertThat(follow.after(first, 1_000)).isInstanceOf(Replay.Events.class);
    }
  }

  @Test
  void anEphemeralEventReachesTheReaderOfALogThatLeftMemory() throws IOException {
    FileEventLog log = open(KEEP, 100_000, 4 << 20);
    try (Follow follow = log.follow(ALICE)) {
      publish(log, ALICE, "a");
      Position head = follow.head();
      log.append(ALICE, Publication.of(Event.ephemeral("message", "now 1")));
      Position read = ((Replay.Events) follow.after(head, 1_000)).events().getLast().position();
      nanos += Duration.ofSeconds(11).toNanos();
      for (int i = 0; i < 100; i++) {
        publish(log, user(i), "x".repeat(5_000));
      }
      assertThat(follow.after(read, 1_000)).isEqualTo(Replay.NOTHING);

      log.append(ALICE, Publication.of(Event.ephemeral("message", "now 2")));

      assertThat(((Replay.Events) follow.after(read, 1_000)).events().getFirst().data())
          .isEqualTo("now 2");
    }
  }

  @Test
  void theCountFreesDiskSpaceWhileItRuns() throws IOException {
    FileEventLog log = open(new Retention(10, 1 << 20, Duration.ofHours(24)), 64 << 20, 100_000);
    for (int i = 0; i < 20_000; i++) {
      publish(log, user(i % 10), "x".repeat(400));
      nanos += Duration.ofSeconds(1).toNanos();
      if (i % 100 == 0) {
        log.keep();
      }
    }

    assertThat(disk.bytes(".log")).isLessThan(1_500_000); // Of 10 MB that were written.
    for (int i = 0; i < 10; i++) {
      assertThat(data(log, user(i))).hasSizeBetween(10, 11);
    }
  }

  @Test
  void theAgeFreesDiskSpaceWhileItRuns() throws IOException {
    FileEventLog log = open(new Retention(1000, 1 << 20, Duration.ofHours(1)), 1 << 20, 100_000);
    for (int i = 0; i < 2_000; i++) {
      publish(log, user(i), "x".repeat(400));
    }
    nanos += Duration.ofMinutes(50).toNanos();
    log.keep();
    publish(log, ALICE, "young");
    nanos += Duration.ofMinutes(20).toNanos();

    log.keep();

    assertThat(disk.bytes(".log")).isLessThan(1_000);
    assertThat(data(log, ALICE)).containsExactly("young");
    assertThat(data(log, user(1))).isEmpty();
  }

  @Test
  void aLogThatWasRemovedBeginsInAnotherEpoch() throws IOException {
    FileEventLog log = open(new Retention(1000, 1 << 20, Duration.ofHours(1)), 1 << 20, 10_000);
    publish(log, ALICE, "old");
    Position old;
    try (Follow follow = log.follow(ALICE)) {
      old = follow.head();
    }
    nanos += Duration.ofHours(2).toNanos();
    log.keep();
    nanos += Duration.ofHours(2).toNanos();
    log.keep();
    disk.restart(false);

    FileEventLog again = open();
    publish(again, ALICE, "new");
    try (Follow follow = again.follow(ALICE)) {
      assertThat(((Replay.Gap) follow.after(old, 1_000)).reason()).isEqualTo(Replay.Reason.EPOCH);
    }
  }

  @Test
  void nothingIsDeletedWhileACopyIsMade() throws IOException {
    FileEventLog log = open(new Retention(10, 1 << 20, Duration.ofHours(1)), 64 << 20, 10_000);
    for (int i = 0; i < 500; i++) {
      publish(log, ALICE, "x".repeat(400));
    }
    nanos += Duration.ofHours(2).toNanos();
    long before = disk.bytes(".log");
    disk.copying(true);
    log.keep();
    assertThat(disk.bytes(".log")).isGreaterThanOrEqualTo(before);

    disk.copying(false);
    log.keep();

    assertThat(disk.bytes(".log")).isLessThan(before / 10);
  }

  @Test
  void startingReadsTheLastSegmentOnly() throws IOException {
    FileEventLog log = open(KEEP, 1 << 20, 10_000);
    for (int i = 0; i < 1_000; i++) {
      publish(log, user(i), "x".repeat(200));
    }
    log.close();
    long read = disk.bytesRead();

    FileEventLog again = open(KEEP, 1 << 20, 10_000);

    assertThat(disk.bytesRead() - read).isLessThan(700_000); // Of it 262 KB are the state.
    assertThat(data(again, user(0))).hasSize(1);
  }

  @Test
  void damageInTheMiddleIsAGapOfThatLogOnly() throws IOException {
    FileEventLog log = open();
    try (Follow alice = log.follow(ALICE);
        Follow bob = log.follow(user(1))) {
      publish(log, ALICE, "a", "b");
      publish(log, user(1), "for bob");
      publish(log, ALICE, "c");
      publish(log, user(1), "for bob, too");
      Position alices = Position.kept(alice.head().epoch(), 1);
      Position bobs = Position.kept(bob.head().epoch(), 0);
      disk.damage("00000001.log", "data: b");
      disk.restart(false);

      FileEventLog again = open();
      try (Follow late = again.follow(ALICE);
          Follow other = again.follow(user(1))) {
        var gap = (Replay.Gap) late.after(alices, 1_000);
        assertThat(gap.reason()).isEqualTo(Replay.Reason.EXPIRED);
        assertThat(gap.lost()).hasValue(1);
        assertThat(data(again, ALICE)).containsExactly("c");
        assertThat(((Replay.Events) other.after(bobs, 1_000)).events()).hasSize(2);
      }
    }
  }

  @Test
  void damageOfTheLatestEventBeginsAnotherEpoch() throws IOException {
    FileEventLog log = open();
    publish(log, ALICE, "a", "b");
    Position head;
    try (Follow follow = log.follow(ALICE)) {
      head = follow.head();
    }
    disk.damage("00000001.log", "data: b");
    disk.restart(false);

    FileEventLog again = open();
    publish(again, ALICE, "c");
    try (Follow follow = again.follow(ALICE)) {
      assertThat(follow.head().epoch()).isNotEqualTo(head.epoch());
      assertThat(follow.after(head, 1_000)).isInstanceOf(Replay.Gap.class);
      assertThat(data(again, ALICE)).containsExactly("a", "c");
    }
  }

  private static LogName user(int number) {
    return LogName.of(new UserId("user-" + number));
  }

  private static void publish(FileEventLog log, LogName name, String... data) {
    for (String each : data) {
      log.append(name, Publication.of(Event.of("message", each)));
    }
  }

  private static List<String> data(FileEventLog log, LogName name) {
    try (Follow follow = log.follow(name)) {
      return follow.after(follow.oldest(), Integer.MAX_VALUE) instanceof Replay.Events found
          ? found.events().stream().map(StoredEvent::data).toList()
          : List.of();
    }
  }
}
