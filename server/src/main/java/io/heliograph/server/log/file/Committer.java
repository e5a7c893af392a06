package io.heliograph.server.log.file;

import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.Appended;
import io.heliograph.server.log.LogTail;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes for everybody: what waits is one batch, one write and one sync. Then the events are in the
 * logs that readers see, and those that wait are told.
 *
 * <p>A write or a sync that fails is final, because what is on the disk then is not known: nothing
 * is written until the next start.
 */
final class Committer {

  private static final System.Logger LOG = System.getLogger(Committer.class.getName());

  private static final int MAX_BATCH_BYTES = 8 << 20;

  // A log is written anew when this many times more of its records are read than kept.
  private static final int REWRITE_FACTOR = 4;
  private static final int REWRITE_LEAST = 8;

  private static final byte[] NO_PUBLISHER = {};

  private final Segments segments;
  private final State state;
  private final NanoClock clock;
  private final WallClock times;
  private final Consumer<Hot> unpin;
  private final boolean inline;

  // The latest request; each knows the one before.
  private final AtomicReference<@Nullable Request> queue = new AtomicReference<>();
  private volatile @Nullable Thread thread;
  private volatile boolean closed;
  private volatile @Nullable String fault;

  // Confined to the committer's thread: what is in the batch.
  private final List<Runnable> afterSync = new ArrayList<>();
  private final List<Hot> inBatch = new ArrayList<>();
  private final Map<KeyInLog, StoredEvent> keysInBatch = new HashMap<>();
  private final List<Request> unanswered = new ArrayList<>();
  private final List<Request> rewrites = new ArrayList<>();

  private record KeyInLog(Hot hot, IdempotencyKey key) {}

  /**
   * Takes requests.
   *
   * @param unpin called once a request is done, with its log
   * @param inline whether the threads that wait do the work, so that a test knows who does what
   */
  Committer(
      Segments segments,
      State state,
      NanoClock clock,
      WallClock times,
      Consumer<Hot> unpin,
      boolean inline) {
    this.segments = segments;
    this.state = state;
    this.clock = clock;
    this.times = times;
    this.unpin = unpin;
    this.inline = inline;
  }

  void start() {
    if (!inline) {
      thread = Thread.ofPlatform().name("log-committer").daemon().start(this::run);
    }
  }

  /** Why nothing is written any more; empty if all is well. */
  Optional<String> fault() {
    return Optional.ofNullable(fault);
  }

  Request add(Request.Kind kind, @Nullable Hot hot, @Nullable Publication publication) {
    var request = new Request(kind, hot, publication, this);
    Request before = queue.getAndUpdate(latest -> chained(request, latest));
    if (before == null) {
      LockSupport.unpark(thread); // It sleeps only when the queue is empty.
    }
    return request;
  }

  private static Request chained(Request request, @Nullable Request latest) {
    request.next = latest;
    return request;
  }

  private void run() {
    while (true) {
      if (queue.get() != null) {
        step();
      } else if (closed) {
        return;
      } else {
        LockSupport.park(this);
        Thread.interrupted(); // Nobody may end a write.
      }
    }
  }

  /** Ends once everything that was asked for is done. */
  void close() throws InterruptedException {
    closed = true;
    Thread running = thread;
    if (running != null) {
      LockSupport.unpark(running);
      running.join();
    } else {
      step();
    }
  }

  /** Called by a thread that waits. */
  void help() {
    if (inline) {
      step();
    }
  }

  /** Does everything that was asked for. */
  synchronized void step() {
    Request latest = queue.getAndSet(null);
    Request first = null;
    while (latest != null) { // Turns them round: the oldest first.
      Request before = latest.next;
      latest.next = first;
      first = latest;
      latest = before;
    }
    boolean began = false;
    for (Request request = first; request != null; request = request.next) {
      unanswered.add(request);
      if (fault != null) {
        continue;
      }
      if (request.kind == Request.Kind.REWRITE) {
        rewrites.add(request); // Last, so that its log is not in the batch.
        continue;
      }
      try {
        if (!began) {
          segments.begin(times.millis(clock.nanos()));
          began = true;
        }
        handle(request);
        if (segments.pending() >= MAX_BATCH_BYTES) {
          sync();
          began = false;
        }
      } catch (IOException | RuntimeException | Error e) { // Else those that wait would wait on.
        stop(e);
      }
    }
    try {
      if (fault == null) {
        sync();
        rewrite();
      }
    } catch (IOException | RuntimeException | Error e) {
      stop(e);
    }
    if (fault != null) {
      failAll(fault);
    }
    rewrites.clear();
  }

  private void rewrite() throws IOException {
    if (rewrites.isEmpty()) {
      return;
    }
    segments.begin(times.millis(clock.nanos()));
    for (Request request : rewrites) {
      settle(hot(request)); // Two may be for the same log.
      rewrite(request, hot(request));
    }
    sync();
  }

  private void handle(Request request) throws IOException {
    switch (request.kind) {
      case APPEND -> append(request, hot(request), Objects.requireNonNull(request.publication));
      case PASS -> pass(request, hot(request), Objects.requireNonNull(request.publication));
      case REWRITE -> throw new IllegalStateException("done after the others");
      case FORGET -> {
        settle(hot(request));
        forget(request, hot(request));
      }
      case ROLL -> {
        sync();
        segments.roll();
        afterSync.add(() -> request.succeed(null));
      }
    }
  }

  private static Hot hot(Request request) {
    return Objects.requireNonNull(request.hot);
  }

  private void append(Request request, Hot hot, Publication publication) {
    Appended repeated = repeated(hot, publication);
    if (repeated != null) {
      afterSync.add(() -> done(request, hot, repeated));
      return;
    }
    LogTail tail = hot.pinnedTail();
    enter(hot, tail.head().sequence());
    long epoch = tail.head().epoch();
    var event =
        StoredEvent.of(Position.kept(epoch, hot.batchSequence + 1), publication, clock.nanos());
    if (publication.key() != null) {
      keysInBatch.put(new KeyInLog(hot, publication.key()), event);
    }
    Entry entry = entry(Entry.EVENT, hot, event, publication.publisher(), hot.batchLast);
    put(hot, entry);
    hot.batchSequence++;
    afterSync.add(
        () -> {
          tail.add(event, publication.publisher());
          hot.latestMillis = entry.millis();
          var stored = new Appended.Stored(event);
          if (beginsRewrite(hot, tail)) {
            add(Request.Kind.REWRITE, hot, null); // It takes over the pin.
            request.succeed(stored);
          } else {
            done(request, hot, stored);
          }
        });
  }

  private void pass(Request request, Hot hot, Publication publication) {
    afterSync.add(
        () ->
            done(
                request,
                hot,
                Objects.requireNonNull(
                    hot.pinnedTail().append(publication), "a pinned log stays")));
  }

  private @Nullable Appended repeated(Hot hot, Publication publication) {
    IdempotencyKey key = publication.key();
    if (key == null) {
      return null;
    }
    StoredEvent inBatch = keysInBatch.get(new KeyInLog(hot, key));
    if (inBatch == null) {
      return hot.pinnedTail().repeated(publication);
    }
    return inBatch.isRepeatedBy(publication)
        ? new Appended.Duplicate(inBatch.position())
        : new Appended.KeyReused(inBatch.position());
  }

  private Entry entry(byte kind, Hot hot, StoredEvent event, String publisher, long previous) {
    return new Entry(
        kind,
        hot.name(),
        event.position().epoch(),
        event.position().sequence(),
        previous,
        times.millis(event.appendedNanos()),
        event.ttlNanos(),
        event.key(),
        publisher.isEmpty() ? NO_PUBLISHER : publisher.getBytes(StandardCharsets.UTF_8),
        event.block());
  }

  private void enter(Hot hot, long sequence) {
    if (hot.batchRecords == 0) {
      inBatch.add(hot);
      hot.batchLast = hot.last;
      hot.batchSequence = sequence;
    }
  }

  private void put(Hot hot, Entry entry) {
    hot.batchLast = segments.put(entry, hot.hash());
    hot.batchRecords++;
    hot.batchBytes += entry.length();
  }

  /** Has what was appended to a log on disk, and in memory. */
  private void settle(Hot hot) throws IOException {
    if (hot.batchRecords > 0) {
      sync();
      segments.begin(times.millis(clock.nanos()));
    }
  }

  private void rewrite(Request request, Hot hot) throws IOException {
    LogTail tail = hot.pinnedTail();
    var kept = new ArrayList<Moved>();
    tail.forEachKept((event, publisher) -> kept.add(new Moved(event, publisher)));
    long last = 0;
    long first = 0;
    long bytes = 0;
    for (Moved moved : kept) {
      Entry entry = entry(Entry.MOVED, hot, moved.event, moved.publisher, last);
      last = segments.put(entry, hot.hash());
      first = first == 0 ? last : first;
      bytes += entry.length();
      if (segments.pending() >= MAX_BATCH_BYTES) {
        sync(); // Nothing counts before the head.
        segments.begin(times.millis(clock.nanos()));
      }
    }
    replaceBy(request, hot, head(hot, last, hot.latestMillis), first, bytes, kept.size());
  }

  private record Moved(StoredEvent event, String publisher) {}

  private void forget(Request request, Hot hot) {
    LogTail tail = hot.pinnedTail();
    if (hot.last == 0 && !hot.unreadable) {
      tail.drop(); // Nothing is on disk.
      afterSync.add(() -> done(request, hot, null));
      return;
    }
    replaceBy(request, hot, head(hot, 0, times.millis(clock.nanos())), 0, 0, 0);
  }

  private static Entry head(Hot hot, long previous, long millis) {
    Position head = hot.pinnedTail().head();
    return Entry.head(hot.name(), head.epoch(), head.sequence(), previous, millis);
  }

  /** Puts a head; what is before its chain is not needed any more. */
  private void replaceBy(
      Request request, Hot hot, Entry head, long first, long bytes, int records) {
    long bytesBefore = hot.bytes;
    int recordsBefore = hot.records;
    enter(hot, head.sequence());
    put(hot, head);
    long location = hot.batchLast;
    afterSync.add(
        () -> {
          hot.latestMillis = head.millis();
          state.addDead(bytesBefore);
          hot.count(records - recordsBefore, bytes - bytesBefore);
          hot.firstSegment = Entry.segment(first == 0 ? location : first);
          hot.rewriteDue = false;
          if (request.kind == Request.Kind.FORGET) {
            hot.pinnedTail().drop();
          }
          done(request, hot, null);
        });
  }

  /** Whether the log is to be written anew, from now on. */
  private static boolean beginsRewrite(Hot hot, LogTail tail) {
    if (hot.rewriteDue
        || hot.records <= REWRITE_FACTOR * REWRITE_LEAST
        || hot.records <= REWRITE_FACTOR * (tail.size() + REWRITE_LEAST)) {
      return false;
    }
    hot.rewriteDue = true;
    return true;
  }

  /** Writes the batch, and tells those that wait. */
  private void sync() throws IOException {
    segments.commit();
    for (Hot hot : inBatch) {
      if (hot.last == 0) {
        hot.firstSegment = Math.min(hot.firstSegment, segments.active().number());
      }
      hot.last = hot.batchLast;
      hot.count(hot.batchRecords, hot.batchBytes);
      hot.batchRecords = 0;
      hot.batchBytes = 0;
    }
    inBatch.clear();
    keysInBatch.clear();
    afterSync.forEach(Runnable::run);
    afterSync.clear();
    tellDone();
  }

  private void tellDone() {
    unanswered.forEach(
        request -> {
          if (request.isDone()) {
            request.tell();
          }
        });
    unanswered.removeIf(Request::isDone);
  }

  private void done(Request request, Hot hot, @Nullable Appended result) {
    unpin.accept(hot);
    request.succeed(result);
  }

  private void stop(Throwable e) {
    fault =
        "The log's disk failed ("
            + e.getMessage()
            + "), so the server accepts no events until it is restarted. Check the disk and its"
            + " free space, then restart the server.";
    LOG.log(System.Logger.Level.ERROR, fault, e);
  }

  private void failAll(String reason) {
    for (Hot hot : inBatch) {
      hot.batchRecords = 0;
      hot.batchBytes = 0;
    }
    inBatch.clear();
    keysInBatch.clear();
    afterSync.clear();
    for (Request request : unanswered) {
      if (request.isDone()) {
        continue;
      }
      if (request.hot != null) {
        unpin.accept(request.hot);
      }
      request.fail(reason);
    }
    tellDone();
  }
}
