package io.heliograph.server.log;

import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of one log, in memory. Thread-safe: its monitor guards everything but the head,
 * which readers look at without it.
 *
 * <p>Kept events have sequences without holes when they are appended. What is dropped is the oldest
 * event of the publisher that has most here, so holes may appear: a reader is told of each.
 * Ephemeral events lie beside them, in a window of their own, so that they displace nothing that is
 * kept; their steps are without holes, too, so that a reader who missed some can be told.
 */
final class LogTail extends Chain.Node<LogTail> {

  /** What a log costs beside its events: the object, its place in the map, empty arrays. */
  static final int LOG_OVERHEAD = 400;

  // Ephemeral events wait here only for the drains that their own append woke; a burst of them must
  // wait until these had their turn.
  private static final long MAX_EPHEMERAL_BYTES = 1 << 20;

  private final @Nullable UserId user;
  private final Retention retention;
  private final NanoClock clock;
  private final Budget budget;
  private final Ring kept = new Ring();
  private final Ring passing = new Ring();
  private final Dropped dropped = new Dropped();
  private final List<Share> shares = new ArrayList<>(1);
  private @Nullable HashMap<IdempotencyKey, StoredEvent> keys;
  private long keptBytes;
  private long passingBytes;
  private long lastStep;
  private boolean removed;

  // Guarded by the budget.
  long usedNanos;

  // Written under the monitor. Null if the latest event is ephemeral or was dropped.
  private volatile @Nullable Latest latest;

  // Written under the monitor; a reader who is at the head leaves without it.
  private volatile Position head;

  /**
   * Starts empty.
   *
   * @param user whose log it is; null if it is nobody's
   */
  LogTail(@Nullable UserId user, long epoch, Retention retention, NanoClock clock, Budget budget) {
    this.user = user;
    this.head = Position.kept(epoch, 0);
    this.retention = retention;
    this.clock = clock;
    this.budget = budget;
    budget.open(this, clock.nanos());
  }

  @Override
  LogTail self() {
    return this;
  }

  /** Whose log it is; null if it is nobody's. */
  @Nullable UserId user() {
    return user;
  }

  Position head() {
    return head;
  }

  /** The step of the latest ephemeral event. */
  synchronized long lastStep() {
    return lastStep;
  }

  /** Appends, or answers null because the log was removed meanwhile and its successor must. */
  synchronized @Nullable Appended append(Publication publication) {
    if (removed) {
      return null;
    }
    long now = clock.nanos();
    trim(now);
    StoredEvent first = keys == null ? null : keys.get(publication.key());
    if (first != null) {
      return first.isRepeatedBy(publication)
          ? new Appended.Duplicate(first.position())
          : new Appended.KeyReused(first.position());
    }
    boolean ephemeral = publication.event().ephemeral();
    Position position =
        ephemeral
            ? new Position(head.epoch(), head.sequence(), ++lastStep)
            : Position.kept(head.epoch(), head.sequence() + 1);
    StoredEvent stored = StoredEvent.of(position, publication, now);
    Share share = share(publication.publisher());
    if (ephemeral) {
      passing.addLast(stored, share);
      passingBytes += Budget.cost(stored);
    } else {
      kept.addLast(stored, share);
      keptBytes += stored.block().length;
    }
    share.add(stored);
    if (stored.key() != null) {
      if (keys == null) {
        keys = new HashMap<>(4);
      }
      keys.put(stored.key(), stored);
    }
    budget.add(share, stored);
    trim(now);
    latest = ephemeral ? null : new Latest(head, stored, new Replay.Events(List.of(stored)));
    head = position;
    return new Appended.Stored(stored);
  }

  private Share share(String publisher) {
    for (Share share : shares) {
      if (share.publisher.equals(publisher)) {
        return share;
      }
    }
    Share share = budget.open(publisher, this);
    shares.add(share);
    return share;
  }

  synchronized Position oldest() {
    trim(clock.nanos());
    return Position.kept(head.epoch(), beforeOldest());
  }

  /**
   * Reads what lies after a position.
   *
   * @param reader moved on with the ephemeral events that the reader gets or is told of
   */
  Replay after(Position position, int maxBytes, Reader reader) {
    if (head.equals(position)) {
      return Replay.NOTHING;
    }
    Latest newest = latest;
    return newest != null && newest.isNext(position, clock.nanos(), retention)
        ? newest.answer
        : read(position, maxBytes, reader);
  }

  /**
   * The latest event as the answer to every reader that was at the head before it: made once, and
   * read without the monitor.
   *
   * @param before the head at that time
   */
  private record Latest(Position before, StoredEvent event, Replay.Events answer) {
    boolean isNext(Position position, long now, Retention retention) {
      return before.equals(position)
          && !event.expired(now)
          && now - event.appendedNanos() <= retention.age().toNanos();
    }
  }

  /** How far a reader is in the ephemeral events. Confined to one thread at a time. */
  static final class Reader {
    private long step;

    /** A reader who comes now: what is ephemeral so far is not for it. */
    Reader(LogTail tail) {
      this.step = tail.lastStep();
    }
  }

  private synchronized Replay read(Position position, int maxBytes, Reader reader) {
    long now = clock.nanos();
    trim(now);
    Position beforeOldest = Position.kept(head.epoch(), beforeOldest());
    if (position.epoch() != head.epoch()) {
      return new Replay.Gap(Replay.Reason.EPOCH, OptionalLong.empty(), beforeOldest);
    }
    if (position.sequence() > head.sequence()) {
      return new Replay.Gap(Replay.Reason.UNKNOWN, OptionalLong.empty(), beforeOldest);
    }
    long missed = passStepsUpTo(firstStepAfter(reader.step) - 1, reader);
    if (missed > 0) {
      return new Replay.Gap(Replay.Reason.EPHEMERAL, OptionalLong.of(missed), position);
    }
    int index = kept.first(event -> event.position().sequence() > position.sequence());
    // Not what the reader has had, nor what passed before it came: that would part a gap in two.
    int step =
        passing.first(
            event -> event.position().step() > reader.step && !position.reaches(event.position()));
    long next = sequenceBefore(index);
    if (step < passing.size()) {
      next = Math.min(next, sequenceAt(step));
    }
    OptionalLong lost =
        next > position.sequence()
            ? dropped.missed(position.sequence(), next, now)
            : OptionalLong.of(0);
    Position resumeAt = Position.kept(head.epoch(), next);
    if (lost.isEmpty() || lost.getAsLong() > 0) {
      return new Replay.Gap(Replay.Reason.EXPIRED, lost, resumeAt);
    }
    List<StoredEvent> events = collect(next, index, step, maxBytes, reader);
    if (!events.isEmpty()) {
      return new Replay.Events(events);
    }
    return next > position.sequence() ? new Replay.Skipped(resumeAt) : Replay.NOTHING;
  }

  /** Answers how many steps the reader has passed by that. */
  private static long passStepsUpTo(long step, Reader reader) {
    long passed = Math.max(0, step - reader.step);
    reader.step += passed;
    return passed;
  }

  /** The step of the first ephemeral event that is there after a step. */
  private long firstStepAfter(long step) {
    int index = passing.first(event -> event.position().step() > step);
    return index < passing.size() ? passing.get(index).position().step() : lastStep + 1;
  }

  private long sequenceAt(int step) {
    return passing.get(step).position().sequence();
  }

  /** The sequence before the kept event at the index, or the head's if there is none. */
  private long sequenceBefore(int index) {
    return index < kept.size() ? kept.get(index).position().sequence() - 1 : head.sequence();
  }

  /** Merges both windows by position, until something is missing or there is enough. */
  private List<StoredEvent> collect(
      long sequence, int firstKept, int firstPassing, int maxBytes, Reader reader) {
    var events = new ArrayList<StoredEvent>(1);
    int index = firstKept;
    int step = firstPassing;
    long at = sequence;
    long bytes = 0;
    while (true) {
      boolean passes = step < passing.size() && sequenceAt(step) <= at;
      if (!passes && (index == kept.size() || sequenceBefore(index) != at)) {
        return events;
      }
      StoredEvent next = passes ? passing.get(step) : kept.get(index);
      bytes += next.block().length;
      if ((bytes > maxBytes || (passes && next.position().step() > reader.step + 1))
          && !events.isEmpty()) {
        return events;
      }
      events.add(next);
      if (passes) {
        reader.step = Math.max(reader.step, next.position().step());
        step++;
      } else {
        at++;
        index++;
      }
    }
  }

  /** Drops all events; readers behind the head are told. */
  synchronized void drop() {
    List.copyOf(shares).forEach(this::drop);
    use();
  }

  /** Makes the log the latest used. */
  synchronized void use() {
    if (!removed) {
      budget.use(this, clock.nanos());
    }
  }

  /** Drops what one publisher has here; readers who had not read it are told. */
  synchronized void drop(Share share) {
    long now = clock.nanos();
    kept.removeAll(share, event -> release(event, share, now));
    passing.removeAll(share, event -> release(event, share, now));
    close(share);
  }

  /** Whether no event is here. */
  synchronized boolean isEmpty() {
    return kept.size() == 0 && passing.size() == 0;
  }

  /** Ends the log: an append that comes too late is told so, and nothing vanishes with it. */
  synchronized void remove() {
    if (!removed) {
      removed = true;
      drop();
      budget.close(this);
    }
  }

  /** Ends the log if no event was ever kept in it: it can begin again with nobody the wiser. */
  synchronized boolean removeIfUntouched() {
    if (head.sequence() == 0) {
      remove();
    }
    return removed;
  }

  private long beforeOldest() {
    return sequenceBefore(0);
  }

  private void trim(long now) {
    while (kept.size() > 0) {
      StoredEvent oldest = kept.get(0);
      if (!oldest.expired(now) && now - oldest.appendedNanos() <= retention.age().toNanos()) {
        break;
      }
      dropKept(0, now);
    }
    while (kept.size() > retention.events()) {
      int index = kept.indexOf(largest(false));
      if (now - kept.get(index).appendedNanos() <= Retention.GRACE.toNanos()) {
        break; // A burst displaces nothing of the others.
      }
      dropKept(index, now);
    }
    while (keptBytes > retention.bytes() && kept.size() > 1) {
      dropKept(kept.indexOf(largest(true)), now);
    }
    while (passing.size() > 0) {
      StoredEvent oldest = passing.get(0);
      long age = now - oldest.appendedNanos();
      if (passingBytes <= MAX_EPHEMERAL_BYTES && age <= Retention.GRACE.toNanos()) {
        break;
      }
      Share share = passing.share(0);
      passing.remove(0);
      release(oldest, share, now);
      closeIfEmpty(share);
    }
  }

  /** The publisher that has most here, by bytes or by number; the newest event is not offered. */
  private Share largest(boolean byBytes) {
    return shares.size() == 1
        ? shares.getFirst()
        : Share.largest(shares, kept.share(kept.size() - 1), byBytes);
  }

  private void dropKept(int index, long now) {
    StoredEvent event = kept.get(index);
    Share share = kept.share(index);
    kept.remove(index);
    release(event, share, now);
    closeIfEmpty(share);
  }

  /** Counts off an event that was taken out of its window. */
  private void release(StoredEvent event, Share share, long now) {
    latest = null; // It may be this event.
    if (event.ephemeral()) {
      passingBytes -= Budget.cost(event);
    } else {
      keptBytes -= event.block().length;
      dropped.add(event, now);
    }
    share.remove(event);
    if (keys != null && event.key() != null) {
      keys.remove(event.key());
      if (keys.isEmpty()) {
        keys = null;
      }
    }
    budget.remove(share, event);
  }

  private void closeIfEmpty(Share share) {
    if (share.isEmpty()) {
      close(share);
    }
  }

  private void close(Share share) {
    if (shares.remove(share)) {
      budget.close(share);
    }
  }
}
