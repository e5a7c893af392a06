package io.heliograph.server.tail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.Replay;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The events for one operator, as a short, bounded log that a connection follows. When it is full,
 * the newest event is dropped. A dropped event still takes a position, so that a gap reports the
 * number. Thread-safe.
 */
final class Tail implements Follow {

  static final int MAX_WAITING = 1_000;
  static final long MAX_WAITING_BYTES = 4 << 20;

  private static final JsonFactory JSON = new JsonFactory();
  private static final long SECOND_NANOS = 1_000_000_000;
  // A little more than the second after which it may be told.
  private static final Executor SOON =
      CompletableFuture.delayedExecutor(1100, TimeUnit.MILLISECONDS);

  private final TailSpec spec;
  private final long epoch;
  private final NanoClock clock;
  private final Consumer<Tail> closed;

  // Guarded by the monitor, which is held for a few pointers: a publisher may wait for it. What is
  // seen is put into words on the reader's thread.
  private final ArrayDeque<Placed> waiting = new ArrayDeque<>();
  private long waitingBytes;
  private long secondBeganNanos;
  private int inSecond;
  private boolean willTell;

  private volatile long head;
  private volatile Runnable wake = () -> {};

  /**
   * Creates an empty tail.
   *
   * @param epoch unique among tails
   * @param closed called when the stream has ended
   */
  Tail(TailSpec spec, long epoch, NanoClock clock, Consumer<Tail> closed) {
    this.closed = closed;
    this.spec = spec;
    this.epoch = epoch;
    this.clock = clock;
    this.secondBeganNanos = clock.nanos();
  }

  TailSpec spec() {
    return spec;
  }

  /** Sets the callback for new events; it never blocks. */
  void onNew(Runnable wake) {
    this.wake = wake;
    wake.run();
  }

  /** Adds an entry, or drops it. Never blocks. */
  void offer(Sight sight) {
    if (take(sight)) {
      wake.run();
    }
  }

  /** Counts entries as dropped. */
  synchronized void miss(long count) {
    head += count;
    tellSoon();
  }

  private synchronized boolean take(Sight sight) {
    head++;
    long now = clock.nanos();
    if (now - secondBeganNanos >= SECOND_NANOS) {
      secondBeganNanos = now;
      inSecond = 0;
    }
    if (inSecond >= spec.rate()
        || waiting.size() >= MAX_WAITING
        || waitingBytes + sight.cost() > MAX_WAITING_BYTES) {
      tellSoon();
      return false;
    }
    inSecond++;
    waiting.addLast(new Placed(head, now, sight));
    waitingBytes += sight.cost();
    return true;
  }

  /** Reports dropped events even if no later event wakes the reader for hours. */
  private void tellSoon() {
    if (!willTell) {
      willTell = true;
      SOON.execute(this::tell);
    }
  }

  private void tell() {
    synchronized (this) {
      willTell = false;
    }
    wake.run();
  }

  @Override
  public LogName log() {
    return LogName.TAIL;
  }

  @Override
  public Position head() {
    return Position.kept(epoch, head);
  }

  @Override
  public Position oldest() {
    return head();
  }

  @Override
  public Position before(long nanos) {
    return head();
  }

  @Override
  public List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted) {
    return List.of(); // A tail starts at the current moment.
  }

  @Override
  public Replay after(Position position, int maxBytes) {
    var placed = new ArrayList<Placed>();
    synchronized (this) {
      if (position.epoch() != epoch || position.sequence() > head) {
        return new Replay.Gap(Replay.Reason.EPOCH, OptionalLong.empty(), beforeOldest());
      }
      forgetUntil(position.sequence());
      long next = position.sequence() + 1;
      Placed oldest = waiting.peekFirst();
      if (oldest == null) {
        // Told once a second has gone by, or by the next that passes: not each for itself.
        return head >= next && clock.nanos() - secondBeganNanos >= SECOND_NANOS
            ? omitted(head - position.sequence(), head)
            : Replay.NOTHING;
      }
      if (oldest.sequence > next) {
        return omitted(oldest.sequence - next, oldest.sequence - 1);
      }
      long bytes = 0;
      for (Placed each : waiting) {
        bytes += each.sight.cost();
        if (each.sequence != next || (bytes > maxBytes && !placed.isEmpty())) {
          break;
        }
        placed.add(each);
        next++;
      }
    }
    return new Replay.Events(placed.stream().map(this::told).toList());
  }

  private Replay omitted(long count, long until) {
    return new Replay.Gap(
        Replay.Reason.OMITTED, OptionalLong.of(count), Position.kept(epoch, until));
  }

  private Position beforeOldest() {
    Placed oldest = waiting.peekFirst();
    return Position.kept(epoch, oldest == null ? head : oldest.sequence - 1);
  }

  private void forgetUntil(long sequence) {
    for (Placed oldest = waiting.peekFirst();
        oldest != null && oldest.sequence <= sequence;
        oldest = waiting.peekFirst()) {
      waiting.removeFirst();
      waitingBytes -= oldest.sight.cost();
    }
  }

  private StoredEvent told(Placed placed) {
    return StoredEvent.of(
        Position.kept(epoch, placed.sequence),
        Event.of(placed.sight.type(), object(placed.sight.members())),
        placed.atNanos);
  }

  /** A JSON object. */
  static String object(Members members) {
    var text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      members.write(json);
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    return text.toString();
  }

  /** Reports that the stream has ended, and the tail with it. */
  @Override
  public void close() {
    closed.accept(this);
  }

  /**
   * An entry that is serialized later.
   *
   * @param type of the tail's event
   * @param cost estimated bytes of memory
   */
  record Sight(String type, long cost, Members members) {}

  /** Writes the members of an object. */
  @FunctionalInterface
  interface Members {
    void write(JsonGenerator json) throws IOException;
  }

  private record Placed(long sequence, long atNanos, Sight sight) {}
}
