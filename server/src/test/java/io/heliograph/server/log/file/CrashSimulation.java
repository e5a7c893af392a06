package io.heliograph.server.log.file;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.IdempotencyKey;
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
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Several lives of a log on one disk, as a seed says, and what must be true in each: nothing that
 * was acknowledged is lost without a gap, nothing else is served, and no position has two events.
 * Without damage there is no gap at all.
 */
final class CrashSimulation {

  private static final int USERS = 12;
  private static final Retention KEEP = new Retention(100_000, 1 << 30, Duration.ofDays(300));
  private static final Retention KEEP_FEW = new Retention(8, 1 << 30, Duration.ofDays(300));

  private final Random random;
  private final SimDisk disk;
  private final Retention retention;
  private final boolean keepsFew;
  private final Map<LogName, Expected> logs = new LinkedHashMap<>();
  private long nanos = Duration.ofDays(20_000).toNanos();
  private int events;
  private final boolean damages;
  private boolean damaged;

  CrashSimulation(long seed) {
    this.random = new Random(seed);
    this.damages = random.nextBoolean();
    this.disk = new SimDisk(random);
    this.keepsFew = random.nextInt(3) == 0;
    this.retention = keepsFew ? KEEP_FEW : KEEP;
    for (int i = 0; i < USERS; i++) {
      logs.put(LogName.of(new UserId("user-" + i)), new Expected());
    }
    logs.put(LogName.BROADCASTS, new Expected());
  }

  /** What a log must hold, and how far its reader is. */
  private static final class Expected {
    // All that was ever seen under a position, by epoch and sequence.
    private final Map<Position, String> seen = new HashMap<>();
    // What was acknowledged and not forgotten, by the number of the event.
    private final TreeMap<Integer, Sent> acknowledged = new TreeMap<>();
    // What may be there: it was sent, and no answer came.
    private final Map<String, Sent> unknown = new HashMap<>();
    private final List<String> forgotten = new ArrayList<>();
    private @Nullable Position cursor; // Of a reader that has received all that it could.
    private boolean forgotMore; // Events that the reader has not received were forgotten.
    private int received; // The number of the last event that it received or was told of.
  }

  private record Sent(int number, String data, @Nullable IdempotencyKey key) {}

  void run(int generations) throws IOException {
    for (int generation = 0; generation < generations; generation++) {
      boolean powerLoss = random.nextBoolean();
      live(generation == 0);
      disk.restart(powerLoss);
      if (damages && generation > 0 && random.nextBoolean()) {
        damaged |= damage(); // What is damaged may be read much later.
      }
    }
    live(false);
  }

  private boolean damage() {
    String[] endings = {".log", ".log", ".log", ".idx", State.FILE};
    boolean any = false;
    for (int i = random.nextInt(3); i >= 0; i--) {
      any |= disk.flip(endings[random.nextInt(endings.length)]);
    }
    return any;
  }

  private void live(boolean first) throws IOException {
    int memory = random.nextBoolean() ? 20_000 : 10_000_000;
    var options =
        new FileEventLog.Options(
            retention, retention, memory, 2_000 + random.nextInt(20_000), false);
    FileEventLog log;
    try {
      if (!first && random.nextInt(6) == 0) {
        disk.failAfter(random.nextInt(20), SimDisk.Failure.CRASH); // While it starts.
      }
      log = new FileEventLog(disk, options, () -> nanos, () -> Instant.EPOCH.plusNanos(nanos));
    } catch (SimDisk.Killed e) {
      return;
    }
    disk.failAfter(Long.MAX_VALUE, SimDisk.Failure.CRASH);
    checkAll(log);
    checkKeys(log);
    SimDisk.Failure[] failures = SimDisk.Failure.values();
    disk.failAfter(random.nextInt(400), failures[random.nextInt(failures.length)]);
    try {
      for (int turn = random.nextInt(60); turn >= 0 && log.fault().isEmpty(); turn--) {
        act(log);
      }
    } catch (SimDisk.Killed e) {
      return;
    }
    if (disk.isKilled()) {
      return;
    }
    try {
      disk.failAfter(Long.MAX_VALUE, SimDisk.Failure.CRASH);
      if (log.fault().isPresent()) {
        checkRefuses(log);
        checkAll(log); // Reading goes on.
      }
    } catch (SimDisk.Killed e) {
      return;
    }
    if (random.nextInt(3) == 0) {
      log.close();
    }
  }

  private void act(FileEventLog log) {
    switch (random.nextInt(12)) {
      case 0 -> log.keep();
      case 1 -> nanos += Duration.ofSeconds(random.nextInt(30)).toNanos();
      case 2 -> {
        if (random.nextInt(4) == 0) {
          forget(log, anyUser());
        }
      }
      case 3, 4 -> check(log, any());
      default -> publish(log);
    }
  }

  private LogName any() {
    return List.copyOf(logs.keySet()).get(random.nextInt(logs.size()));
  }

  private LogName.OfUser anyUser() {
    return (LogName.OfUser) List.copyOf(logs.keySet()).get(random.nextInt(USERS));
  }

  private Expected expected(LogName name) {
    Expected expected = logs.get(name);
    if (expected == null) {
      throw new AssertionError("no log " + name);
    }
    return expected;
  }

  /** Several at once, of whom some do not wait for the answer. */
  private void publish(FileEventLog log) {
    record Begun(LogName name, Sent sent, EventLog.Pending pending) {}
    var begun = new ArrayList<Begun>();
    for (int i = random.nextInt(12); i >= 0; i--) {
      LogName name = any();
      int number = ++events;
      IdempotencyKey key = random.nextBoolean() ? new IdempotencyKey(number, 1) : null;
      var sent = new Sent(number, number + "x".repeat(random.nextInt(900)), key);
      expected(name).unknown.put(sent.data, sent);
      try {
        begun.add(new Begun(name, sent, log.begin(name, publication(sent))));
      } catch (LogUnavailableException e) {
        return;
      }
    }
    for (Begun one : begun) {
      if (random.nextInt(10) == 0) {
        continue; // It was cancelled: nobody awaits what becomes of it.
      }
      if (random.nextInt(10) == 0) {
        Thread.currentThread().interrupt();
      }
      try {
        acknowledge(one.name, one.sent, one.pending.await());
      } catch (LogUnavailableException e) {
        // It is not known whether it is kept.
      }
      Thread.interrupted();
    }
  }

  private static Publication publication(Sent sent) {
    return Publication.of(Event.of("message", sent.data), "p", sent.key);
  }

  private void acknowledge(LogName name, Sent sent, Appended appended) {
    if (!(appended instanceof Appended.Stored(StoredEvent event))) {
      throw new AssertionError("a new event is " + appended);
    }
    Expected expected = expected(name);
    expected.unknown.remove(sent.data);
    expected.acknowledged.put(sent.number, sent);
    see(name, expected, event);
  }

  private static void see(LogName name, Expected expected, StoredEvent event) {
    String before = expected.seen.putIfAbsent(event.position(), event.data());
    if (before != null && !before.equals(event.data())) {
      throw new AssertionError(
          name
              + ": "
              + event.position()
              + " has two events: "
              + number(before)
              + " and "
              + number(event.data()));
    }
  }

  private static int number(String data) {
    return Integer.parseInt(data.replace("x", ""));
  }

  private void forget(FileEventLog log, LogName.OfUser name) {
    Expected expected = expected(name);
    check(log, name); // So that its reader is at the head,
    expected.forgotMore |= !expected.unknown.isEmpty(); // but for what was cancelled.
    try {
      log.forget(name.user());
    } catch (LogUnavailableException e) {
      // Perhaps they come back, perhaps not: the reader has them already.
      expected.acknowledged.values().forEach(sent -> expected.unknown.put(sent.data, sent));
      expected.acknowledged.clear();
      return;
    }
    expected.acknowledged.values().forEach(sent -> expected.forgotten.add(sent.data));
    expected.acknowledged.clear();
    // What is cancelled but in the log is forgotten, too.
    expected.forgotten.addAll(expected.unknown.keySet());
    expected.unknown.clear();
  }

  private void checkRefuses(FileEventLog log) {
    try {
      log.append(any(), Publication.of(Event.of("message", "refused")));
    } catch (LogUnavailableException e) {
      return;
    }
    throw new AssertionError("an event was accepted after a failure");
  }

  private void checkAll(FileEventLog log) {
    logs.keySet().forEach(name -> check(log, name));
  }

  /** Has the reader of a log receive all that it can. */
  private void check(FileEventLog log, LogName name) {
    Expected expected = expected(name);
    try (Follow follow = log.follow(name)) {
      boolean told = false;
      Position at = expected.cursor == null ? follow.oldest() : expected.cursor;
      if (expected.cursor == null && at.sequence() > 0 && !keepsFew && !damaged) {
        throw new AssertionError(name + ": the first reader starts at " + at);
      }
      int before = expected.received;
      var got = new ArrayList<Integer>();
      while (true) {
        Replay replay = follow.after(at, 1 + random.nextInt(5_000));
        if (replay instanceof Replay.Cold) {
          follow.load();
        } else if (replay instanceof Replay.Nothing) {
          break;
        } else if (replay instanceof Replay.Events(List<StoredEvent> found)) {
          for (StoredEvent event : found) {
            serve(name, expected, event, got);
          }
          at = found.getLast().position();
        } else if (replay instanceof Replay.Gap gap) {
          mayBeGone(name, expected, gap);
          told = true;
          got.clear();
          at = gap.resumeAt();
        } else {
          throw new AssertionError(name + ": " + replay);
        }
      }
      if (!told && expected.cursor != null) {
        for (Sent sent : expected.acknowledged.tailMap(before, false).values()) {
          if (!got.contains(sent.number)) {
            throw new AssertionError(name + ": " + sent.number + " is lost; received " + got);
          }
        }
      }
      expected.cursor = at;
      expected.received = events;
    }
  }

  private void serve(LogName name, Expected expected, StoredEvent event, List<Integer> got) {
    String data = event.data();
    see(name, expected, event);
    if (!damaged && expected.forgotten.contains(data)) {
      throw new AssertionError(name + ": " + number(data) + " was forgotten, and is back");
    }
    int number = number(data);
    Sent sent = expected.acknowledged.get(number);
    boolean back = damaged && expected.forgotten.contains(data);
    if (!back && !expected.unknown.containsKey(data) && (sent == null || !sent.data.equals(data))) {
      throw new AssertionError(name + ": " + number + " was not sent");
    }
    if (!got.isEmpty() && got.getLast() >= number) {
      throw new AssertionError(name + ": " + number + " after " + got.getLast());
    }
    got.add(number);
    Sent arrived = expected.unknown.remove(data);
    if (arrived != null) {
      expected.acknowledged.put(number, arrived);
    }
  }

  private void mayBeGone(LogName name, Expected expected, Replay.Gap gap) {
    if (damaged || ((keepsFew || expected.forgotMore) && gap.reason() == Replay.Reason.EXPIRED)) {
      return;
    }
    throw new AssertionError(name + ": a gap without damage: " + gap);
  }

  /** What was acknowledged is known by its key. */
  private void checkKeys(FileEventLog log) {
    if (damaged || keepsFew) {
      return;
    }
    logs.forEach(
        (name, expected) ->
            expected.acknowledged.values().stream()
                .filter(sent -> sent.key != null)
                .skip(random.nextInt(3))
                .limit(2)
                .forEach(
                    sent -> {
                      Appended appended = log.append(name, publication(sent));
                      if (!(appended instanceof Appended.Duplicate)) {
                        throw new AssertionError(name + ": " + sent.number + " was repeated");
                      }
                    }));
  }
}
