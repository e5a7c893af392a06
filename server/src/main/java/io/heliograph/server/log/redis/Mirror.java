package io.heliograph.server.log.redis;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogTail;
import io.heliograph.server.redis.Subscriber;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A log that this node follows. Messages bring its new events; what they did not bring is read from
 * what is stored. Thread-safe: its monitor guards all changes, and is never held while something
 * waits; readers look at the {@link View} without it.
 */
final class Mirror implements Subscriber {

  // Answers of several appends may come in another order than Redis executed them.
  private static final int MAX_EARLY = 10_000;

  private static final Comparator<Early> IN_ORDER =
      Comparator.comparingLong(Early::sequence)
          .thenComparingLong(early -> early.event.ephemeral() ? early.step : -1);

  private final Mirrors mirrors;
  private final LogName log;

  // How many readers follow it. Guarded by the lock of the map of mirrors on its log.
  int follows;

  // Null until the log was read.
  private volatile @Nullable View view;

  // Guarded by the monitor.
  private final TreeSet<Early> early = new TreeSet<>(IN_ORDER);
  private boolean closed;
  private @Nullable CompletableFuture<Void> opening;
  private @Nullable CompletableFuture<Void> loading;

  /** An event that came before one that is before it. */
  private record Early(long epoch, long step, StoredEvent event, String publisher) {
    long sequence() {
      return event.position().sequence();
    }
  }

  Mirror(Mirrors mirrors, LogName log) {
    this.mirrors = mirrors;
    this.log = log;
  }

  LogName log() {
    return log;
  }

  /** Begins to follow the log, once; later calls get the same. */
  synchronized CompletableFuture<Void> open(Supplier<CompletableFuture<Void>> begin) {
    if (opening == null) {
      opening = begin.get();
    }
    return opening;
  }

  /** Reads all that is kept; calls that come meanwhile get the same. */
  synchronized CompletableFuture<Void> load(Supplier<CompletableFuture<Void>> begin) {
    if (loading == null || loading.isDone()) {
      loading = begin.get();
    }
    return loading;
  }

  /** Whether a read of all that is kept has begun, and not ended. */
  synchronized boolean isLoading() {
    return loading != null && !loading.isDone();
  }

  @Nullable UserId user() {
    return log instanceof LogName.OfUser(UserId user) ? user : null;
  }

  @Nullable View view() {
    return view;
  }

  @Override
  public void refill() {
    mirrors.refill(this);
  }

  @Override
  public void message(byte[] payload) {
    Message message;
    try {
      message = Message.parse(payload);
    } catch (IllegalArgumentException e) {
      mirrors.unreadable(this, e);
      return;
    }
    Message.Entry entry = message.entry();
    boolean changed;
    if (entry == null) {
      changed = message.kind() == Message.FORGOTTEN && forget(message);
      if (!changed) {
        refill();
      }
    } else {
      boolean ephemeral = message.kind() == Message.EPHEMERAL;
      var position =
          new Position(message.epoch(), entry.sequence(), ephemeral ? message.step() : 0);
      StoredEvent event = entry.stored(position, ephemeral, mirrors.nanos(entry.millis()));
      changed = offer(new Early(message.epoch(), message.step(), event, entry.publisher()), true);
    }
    if (changed) {
      mirrors.wake(this);
    }
    mirrors.makeRoom();
  }

  /** Takes in what this node has appended. The caller wakes readers. */
  void appended(StoredEvent event, long latestStep, Publication publication) {
    offer(new Early(event.position().epoch(), latestStep, event, publication.publisher()), false);
  }

  /**
   * Takes in an event.
   *
   * @param ordered whether all events before it have come or never will
   * @return whether readers have something to read
   */
  private synchronized boolean offer(Early event, boolean ordered) {
    View now = view;
    if (closed) {
      return false;
    }
    if (now == null) {
      keepEarly(event);
      return false;
    }
    if (event.epoch != now.epoch()) {
      if (now.lastOf(event.epoch) == null) {
        keepEarly(event);
        refill();
      }
      return false;
    }
    if (take(now, event, ordered)) {
      takeEarly(now);
      return true;
    }
    return false;
  }

  private void keepEarly(Early event) {
    if (early.size() == MAX_EARLY) {
      early.clear();
      refill();
    }
    early.add(event);
  }

  private void takeEarly(View now) {
    while (!early.isEmpty()) {
      Early first = early.getFirst();
      if (first.epoch == now.epoch() && !isOld(now, first) && !take(now, first, false)) {
        return;
      }
      early.remove(first);
    }
  }

  private static boolean isOld(View now, Early event) {
    return event.event.ephemeral()
        ? event.step <= now.tail().lastStep()
        : event.sequence() <= now.tail().head().sequence();
  }

  /** Whether the event was the next one, and is in the tail now. */
  private boolean take(View now, Early event, boolean ordered) {
    LogTail tail = now.tail();
    long head = tail.head().sequence();
    long step = tail.lastStep();
    if (isOld(now, event)) {
      if (!event.event.ephemeral()) {
        checkSame(now, event);
      }
      return false;
    }
    boolean ephemeral = event.event.ephemeral();
    boolean next = event.sequence() == (ephemeral ? head : head + 1);
    boolean inStep = event.step == (ephemeral ? step + 1 : step);
    if (next && (inStep || ordered)) {
      if (ephemeral) {
        tail.addEphemeral(event.event, event.publisher);
      } else {
        tail.passUpTo(event.step);
        tail.add(event.event, event.publisher);
      }
      return true;
    }
    keepEarly(event);
    if (ordered) {
      refill(); // Something before it was missed.
    }
    return false;
  }

  /** A position that was assigned twice: what is stored was rewound. */
  private void checkSame(View now, Early event) {
    StoredEvent there = now.tail().find(event.sequence());
    if (there != null && !there.isSameAs(event.event)) {
      mirrors.rewound(this, now.epoch(), event.sequence() - 1);
    }
  }

  synchronized boolean forget(Message message) {
    View now = view;
    if (now == null || now.epoch() != message.epoch()) {
      return false;
    }
    if (now.tail().head().sequence() > message.sequence()) {
      leave(now); // What was appended later is read again.
    } else {
      now.tail().drop();
    }
    return true;
  }

  /**
   * Takes in what was read.
   *
   * @param head of this when the reading began; null if it was not known
   */
  void apply(Stored.Contents read, @Nullable Position head) {
    synchronized (this) {
      if (closed) {
        return;
      }
      if (head != null && head.epoch() == read.epoch() && read.sequence() < head.sequence()) {
        mirrors.rewound(this, read.epoch(), read.sequence());
        return;
      }
      View now = view;
      if (now != null && now.epoch() == read.epoch() && (now.whole() || !read.whole())) {
        extend(now, read);
        takeEarly(now);
      } else {
        takeEarly(replace(now, read));
      }
    }
    mirrors.wake(this);
  }

  private void extend(View now, Stored.Contents read) {
    LogTail tail = now.tail();
    tail.passUpTo(read.step());
    addAll(tail, now.epoch(), read.entries(), tail.head().sequence());
    if (read.sequence() > tail.head().sequence()) {
      tail.advance(Position.kept(now.epoch(), read.sequence()));
    }
  }

  private void addAll(LogTail tail, long epoch, List<Message.Entry> entries, long after) {
    for (Message.Entry entry : entries) {
      if (entry.sequence() > after) {
        tail.add(
            entry.stored(
                Position.kept(epoch, entry.sequence()), false, mirrors.nanos(entry.millis())),
            entry.publisher());
      }
    }
  }

  private View replace(@Nullable View before, Stored.Contents read) {
    long epoch = read.epoch();
    boolean sameEpoch = before != null && before.epoch() == epoch;
    long first =
        read.entries().isEmpty() ? read.sequence() : read.entries().getFirst().sequence() - 1;
    long step = read.step();
    if (before != null && sameEpoch) {
      step = Math.max(step, before.tail().lastStep());
    }
    LogTail tail = mirrors.tail(this, new Position(epoch, first, step));
    addAll(tail, epoch, read.entries(), first);
    if (tail.head().sequence() < read.sequence()) {
      tail.advance(Position.kept(epoch, read.sequence()));
    }
    if (before != null && sameEpoch) { // What came while it was read.
      long latest = read.sequence();
      before
          .tail()
          .forEachKept(
              (event, publisher) -> {
                if (event.position().sequence() > latest) {
                  tail.add(event, publisher);
                }
              });
    }
    int life = 0;
    if (before != null) {
      boolean goesOn =
          sameEpoch || read.previous().stream().anyMatch(each -> each.epoch() == before.epoch());
      life = goesOn ? before.life() : before.life() + 1;
    }
    var next = new View(tail, epoch, first, read.whole(), read.previous(), life, step);
    view = next;
    if (before != null) {
      before.tail().remove(); // Only now: readers look whether it is still theirs.
    }
    return next;
  }

  /** Leaves the events to what is stored, because memory is short; readers at the head stay. */
  void shrink(LogTail unused) {
    synchronized (this) {
      View now = view;
      if (closed || now == null || now.tail() != unused || unused.isPassing()) {
        return;
      }
      leave(now);
    }
  }

  private void leave(View now) {
    Position head = now.tail().head();
    var place = new Position(now.epoch(), head.sequence(), now.tail().lastStep());
    view =
        new View(
            mirrors.tail(this, place),
            now.epoch(),
            head.sequence(),
            false,
            now.previous(),
            now.life(),
            now.firstStep());
    now.tail().remove();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  /** Ends it. */
  synchronized void close() {
    closed = true;
    early.clear();
    View now = view;
    if (now != null) {
      now.tail().remove();
    }
  }
}
