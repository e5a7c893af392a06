package io.heliograph.server.log;

import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.packed.KeptEvents;
import io.heliograph.server.log.packed.Keys;
import io.heliograph.server.log.packed.Order;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The latest events of one log, in memory. Thread-safe: its monitor guards everything but the head,
 * which readers look at without it.
 *
 * <p>Kept events get sequences without holes. What is dropped is the oldest event of the publisher
 * that has most here, so holes may appear: a reader is told of each. Ephemeral events lie beside
 * them ({@link Passing}).
 */
public final class LogTail {

  /** What a log costs beside its events: the object, its place in the map, empty arrays. */
  static final int LOG_OVERHEAD = 400;

  private final @Nullable UserId user;
  private final Retention retention;
  private final NanoClock clock;
  private final Budget budget;
  private final Shares shares;
  // Most logs are those of idle streams, and need none of these.
  private KeptEvents kept = KeptEvents.NONE;
  private Passing passing = Passing.NONE;
  private Dropped dropped = Dropped.NONE;
  private Keys keys = Keys.NONE;
  private long keptBytes;
  private boolean removed;

  // Guarded by the budget: when it was used, and its place in the order of that.
  long usedNanos;
  int place = Order.NOWHERE;

  // The number of readers that hold a user's log. Guarded by the lock of the map of users on its
  // user, inside compute; a look without it may be a moment old.
  int follows;

  // Written under the monitor. Null if the latest event is ephemeral or was dropped, or has one
  // reader at most.
  private volatile @Nullable Latest latest;

  private final long epoch;

  // The head, written under the monitor. A reader who is there leaves without it: what it sees may
  // be a moment old, and is put right by the wake that follows every append.
  private volatile long sequence;
  private volatile long step;

  /**
   * Starts empty.
   *
   * @param user whose log it is; null if it is nobody's
   */
  LogTail(@Nullable UserId user, long epoch, Retention retention, NanoClock clock, Budget budget) {
    this(user, Position.kept(epoch, 0), retention, clock, budget);
  }

  /**
   * Starts without events, at a place that the log has reached before.
   *
   * @param user whose log it is; null if it is nobody's
   * @param head with the step of the latest ephemeral event
   */
  public LogTail(
      @Nullable UserId user, Position head, Retention retention, NanoClock clock, Budget budget) {
    this.user = user;
    this.epoch = head.epoch();
    this.sequence = head.sequence();
    this.step = head.step();
    if (head.step() > 0) {
      this.passing = new Passing(head.step());
    }
    this.retention = retention;
    this.clock = clock;
    this.budget = budget;
    this.shares = new Shares(this, budget);
    budget.open(this, clock.nanos());
  }

  /** Whose log it is; null if it is nobody's. */
  public @Nullable UserId user() {
    return user;
  }

  public synchronized Position head() {
    return new Position(epoch, sequence, step);
  }

  /** The step of the latest ephemeral event. */
  public synchronized long lastStep() {
    return passing.lastStep();
  }

  /** Appends, or answers null because the log was removed meanwhile and its successor must. */
  public synchronized @Nullable Appended append(Publication publication) {
    if (removed) {
      return null;
    }
    long now = clock.nanos();
    Appended first = repeated(publication, now);
    if (first != null) {
      return first;
    }
    boolean ephemeral = publication.event().ephemeral();
    if (ephemeral && passing == Passing.NONE) {
      passing = new Passing(0);
    }
    Position position =
        ephemeral
            ? new Position(epoch, sequence, passing.nextStep())
            : Position.kept(epoch, sequence + 1);
    StoredEvent stored = StoredEvent.of(position, publication, now);
    add(stored, publication.publisher(), now);
    return new Appended.Stored(stored);
  }

  /** What the log holds under the key of the publication; null if nothing. */
  public synchronized @Nullable Appended repeated(Publication publication) {
    return repeated(publication, clock.nanos());
  }

  private @Nullable Appended repeated(Publication publication, long now) {
    trim(now);
    StoredEvent first = publication.key() == null ? null : heldUnder(publication.key());
    if (first == null) {
      return null;
    }
    return first.isRepeatedBy(publication)
        ? new Appended.Duplicate(first.position())
        : new Appended.KeyReused(first.position());
  }

  private @Nullable StoredEvent heldUnder(IdempotencyKey key) {
    long place = keys.get(key);
    if (place == Keys.ABSENT) {
      return null;
    }
    return place > 0 ? kept.get(kept.firstAfter(place - 1), epoch) : passing.ofStep(-place);
  }

  /** What {@link #keys} has for an event: its sequence, or its step below zero. */
  private static long place(StoredEvent event) {
    return event.ephemeral() ? -event.position().step() : event.position().sequence();
  }

  /** Appends an event that has its place already, the next one; as of the time of its append. */
  public synchronized void add(StoredEvent event, String publisher) {
    trim(event.appendedNanos());
    add(event, publisher, event.appendedNanos());
  }

  private void add(StoredEvent stored, String publisher, long now) {
    Share share = shares.of(publisher);
    if (stored.ephemeral()) {
      passing.add(stored, share);
    } else {
      if (kept == KeptEvents.NONE) {
        kept = new KeptEvents();
      }
      kept.addLast(stored, share.id);
      keptBytes += stored.length();
    }
    share.add(stored);
    if (stored.key() != null) {
      if (keys == Keys.NONE) {
        keys = new Keys();
      }
      keys.put(stored.key(), place(stored));
    }
    budget.add(share, stored);
    trim(now);
    // Restored events may have holes between them, of which a reader must be told.
    Position position = stored.position();
    boolean isNext = !stored.ephemeral() && position.sequence() == sequence + 1;
    // For one reader, the object would only be copied by the garbage collector.
    Latest newest = isNext && (user == null || follows > 1) ? new Latest(head(), stored) : null;
    if (newest != null || latest != null) {
      latest = newest;
    }
    step = position.step();
    sequence = position.sequence();
  }

  /**
   * Appends an ephemeral event that has its place already: the head's sequence, and a step after
   * the latest. Steps that are passed over are missed.
   */
  public synchronized void addEphemeral(StoredEvent event, String publisher) {
    passUpTo(event.position().step());
    add(event, publisher, clock.nanos());
  }

  /** Goes on after a step: ephemeral events up to it that did not come are missed. */
  public synchronized void passUpTo(long latest) {
    if (passing == Passing.NONE) {
      passing = new Passing(0);
    }
    passing.skipTo(latest);
  }

  /** The kept event with a sequence; null if it is not here. */
  public synchronized @Nullable StoredEvent find(long wanted) {
    int index = kept.firstAfter(wanted - 1);
    return index < kept.size() && kept.sequence(index) == wanted ? kept.get(index, epoch) : null;
  }

  /** Goes on from a place behind the latest event: what lies between is gone. */
  public synchronized void advance(Position to) {
    if (to.epoch() != epoch) {
      throw new IllegalArgumentException(to + " is not in epoch " + epoch);
    }
    latest = null;
    step = to.step();
    sequence = to.sequence();
  }

  /** Passes on what is kept now, oldest first, each event with its publisher. */
  public synchronized void forEachKept(BiConsumer<StoredEvent, String> consumer) {
    trim(clock.nanos());
    for (int i = 0; i < kept.size(); i++) {
      consumer.accept(kept.get(i, epoch), shares.get(kept.share(i)).publisher);
    }
  }

  /** How many events are kept now. */
  public synchronized int size() {
    trim(clock.nanos());
    return kept.size();
  }

  /** Whether ephemeral events wait for their readers. */
  public synchronized boolean isPassing() {
    trim(clock.nanos());
    return passing.size() > 0;
  }

  public synchronized Position oldest() {
    trim(clock.nanos());
    return Position.kept(epoch, sequenceBefore(0));
  }

  public synchronized Position before(long nanos) {
    trim(clock.nanos());
    int index = kept.first(i -> kept.appendedNanos(i) - nanos >= 0);
    return Position.kept(epoch, sequenceBefore(index));
  }

  public synchronized List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted) {
    long now = clock.nanos();
    trim(now);
    var latest = new ArrayDeque<StoredEvent>();
    for (int i = kept.size() - 1; i >= 0 && latest.size() < count; i--) {
      StoredEvent event = kept.get(i, epoch);
      if (!event.expired(now) && wanted.test(event)) {
        latest.addFirst(event);
      }
    }
    return List.copyOf(latest);
  }

  /**
   * Reads what lies after a position.
   *
   * @param reader moved on with the ephemeral events that the reader gets or is told of
   */
  public Replay after(Position position, int maxBytes, Reader reader) {
    if (position.sequence() == sequence && position.step() == step && position.epoch() == epoch) {
      return Replay.NOTHING;
    }
    Latest newest = latest;
    return newest != null && newest.isNext(position, clock.nanos(), retention)
        ? newest.answer()
        : read(position, maxBytes, reader);
  }

  private synchronized Replay read(Position position, int maxBytes, Reader reader) {
    long now = clock.nanos();
    trim(now);
    Position beforeOldest = Position.kept(epoch, sequenceBefore(0));
    if (position.epoch() != epoch) {
      return new Replay.Gap(Replay.Reason.EPOCH, OptionalLong.empty(), beforeOldest);
    }
    if (position.sequence() > sequence) {
      return new Replay.Gap(Replay.Reason.UNKNOWN, OptionalLong.empty(), beforeOldest);
    }
    long missed = reader.passUpTo(passing.firstStepAfter(reader.step()) - 1);
    if (missed > 0) {
      return new Replay.Gap(Replay.Reason.EPHEMERAL, OptionalLong.of(missed), position);
    }
    int index = kept.firstAfter(position.sequence());
    int step = passing.firstFor(reader.step(), position);
    long next = sequenceBefore(index);
    if (step < passing.size()) {
      next = Math.min(next, passing.sequenceAt(step));
    }
    OptionalLong lost =
        next > position.sequence()
            ? dropped.missed(position.sequence(), next, now)
            : OptionalLong.of(0);
    Position resumeAt = Position.kept(epoch, next);
    if (lost.isEmpty() || lost.getAsLong() > 0) {
      return new Replay.Gap(Replay.Reason.EXPIRED, lost, resumeAt);
    }
    List<StoredEvent> events = collect(next, index, step, maxBytes, reader);
    if (!events.isEmpty()) {
      return new Replay.Events(events);
    }
    return next > position.sequence() ? new Replay.Skipped(resumeAt) : Replay.NOTHING;
  }

  /** The sequence before the kept event at the index, or the head's if there is none. */
  private long sequenceBefore(int index) {
    return index < kept.size() ? kept.sequence(index) - 1 : sequence;
  }

  /** Merges both windows by position, until something is missing or there is enough. */
  private List<StoredEvent> collect(
      long from, int firstKept, int firstPassing, int maxBytes, Reader reader) {
    var events = new ArrayList<StoredEvent>(1);
    int index = firstKept;
    int step = firstPassing;
    long at = from;
    long bytes = 0;
    while (true) {
      boolean passes = step < passing.size() && passing.sequenceAt(step) <= at;
      if (!passes && (index == kept.size() || sequenceBefore(index) != at)) {
        return events;
      }
      StoredEvent next = passes ? passing.get(step) : kept.get(index, epoch);
      bytes += next.length();
      if ((bytes > maxBytes || (passes && next.position().step() > reader.step() + 1))
          && !events.isEmpty()) {
        return events;
      }
      events.add(next);
      if (passes) {
        reader.passUpTo(next.position().step());
        step++;
      } else {
        at++;
        index++;
      }
    }
  }

  /** Drops all events; readers behind the head are told. */
  public synchronized void drop() {
    shares.now().forEach(this::drop);
    use();
  }

  /** Makes the log the latest used. */
  public synchronized void use() {
    if (!removed) {
      budget.use(this, clock.nanos());
    }
  }

  /** Drops what one publisher has here; readers who had not read it are told. */
  synchronized void drop(Share share) {
    if (!shares.has(share)) {
      return; // It was emptied after it was chosen; another may have its id.
    }
    long now = clock.nanos();
    kept.removeIf(
        i -> {
          boolean belongs = kept.share(i) == share.id;
          if (belongs) {
            release(kept.get(i, epoch), share, now);
          }
          return belongs;
        });
    passing.removeAll(share, event -> release(event, share, now));
    shares.close(share);
  }

  /** Whether no event is here. */
  synchronized boolean isEmpty() {
    return kept.size() == 0 && passing.size() == 0;
  }

  /** Ends the log: an append that comes too late is told so, and nothing vanishes with it. */
  public synchronized void remove() {
    if (!removed) {
      removed = true;
      drop();
      budget.close(this);
    }
  }

  /** Ends the log if no event was ever kept in it: it can begin again with nobody the wiser. */
  synchronized boolean removeIfUntouched() {
    if (sequence == 0) {
      remove();
    }
    return removed;
  }

  private void trim(long now) {
    while (kept.size() > 0) {
      if (!kept.isExpired(0, now) && now - kept.appendedNanos(0) <= retention.age().toNanos()) {
        break;
      }
      dropKept(0, now);
    }
    while (kept.size() > retention.events()) {
      int index = victim(false);
      if (now - kept.appendedNanos(index) <= Retention.GRACE.toNanos()) {
        break; // A burst displaces nothing of the others.
      }
      dropKept(index, now);
    }
    while (keptBytes > retention.bytes() && kept.size() > 1) {
      dropKept(victim(true), now);
    }
    if (passing.size() > 0) {
      passing.trim(
          now,
          (event, share) -> {
            release(event, share, now);
            shares.closeIfEmpty(share);
          });
    }
  }

  /** The oldest event of the publisher that has most here; the newest event is not offered. */
  private int victim(boolean byBytes) {
    return kept.indexOf(shares.largest(byBytes, kept.share(kept.size() - 1)).id);
  }

  private void dropKept(int index, long now) {
    StoredEvent event = kept.get(index, epoch);
    Share share = shares.get(kept.share(index));
    kept.remove(index);
    release(event, share, now);
    shares.closeIfEmpty(share);
  }

  /** Counts off an event that was taken out of its window. */
  private void release(StoredEvent event, Share share, long now) {
    if (latest != null) {
      latest = null; // It may be this event.
    }
    if (!event.ephemeral()) {
      keptBytes -= event.length();
      if (dropped == Dropped.NONE) {
        dropped = new Dropped();
      }
      dropped.add(event, now);
    }
    share.remove(event);
    if (event.key() != null) {
      keys.remove(event.key(), place(event));
      if (keys.size() == 0) {
        keys = Keys.NONE;
      }
    }
    budget.remove(share, event);
  }
}
