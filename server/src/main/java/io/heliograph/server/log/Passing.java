package io.heliograph.server.log;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A log's window of ephemeral events. They wait here only for the drains that their own append
 * woke, so they displace nothing that is kept. Their steps have no holes, so that a reader who
 * missed some can be told. Its {@link LogTail} guards it.
 */
final class Passing {

  /** The window of a log that never had an ephemeral event: most logs. Must not be added to. */
  static final Passing NONE = new Passing(0);

  // A burst of them must wait until the drains had their turn.
  private static final long MAX_BYTES = 1 << 20;

  private final Ring events = new Ring();
  private long bytes;
  private long lastStep;

  /** Starts empty, after a step. */
  Passing(long lastStep) {
    this.lastStep = lastStep;
  }

  int size() {
    return events.size();
  }

  StoredEvent get(int index) {
    return events.get(index);
  }

  /** The step of the latest ephemeral event. */
  long lastStep() {
    return lastStep;
  }

  /** Assigns the next step. */
  long nextStep() {
    return ++lastStep;
  }

  /** The event that has a step, which must be there. */
  StoredEvent ofStep(long step) {
    return events.get(events.first(event -> event.position().step() >= step));
  }

  /** Leaves out the steps up to this one. */
  void skipTo(long step) {
    lastStep = Math.max(lastStep, step);
  }

  void add(StoredEvent event, Share share) {
    events.addLast(event, share);
    bytes += Budget.cost(event);
  }

  /** The step of the first event that is there after a step. */
  long firstStepAfter(long step) {
    int index = events.first(event -> event.position().step() > step);
    return index < events.size() ? events.get(index).position().step() : lastStep + 1;
  }

  /**
   * The index of the first event that a reader has not had: not what passed before it came, either,
   * because that would part a gap in two.
   */
  int firstFor(long step, Position position) {
    return events.first(
        event -> event.position().step() > step && !position.reaches(event.position()));
  }

  /** The sequence of the kept event that the event at the index follows. */
  long sequenceAt(int index) {
    return events.get(index).position().sequence();
  }

  /** Drops what has waited for long enough, and what there is no room for. */
  void trim(long now, BiConsumer<StoredEvent, Share> dropped) {
    while (events.size() > 0) {
      StoredEvent oldest = events.get(0);
      long age = now - oldest.appendedNanos();
      if (bytes <= MAX_BYTES && age <= Retention.GRACE.toNanos()) {
        return;
      }
      Share share = events.share(0);
      events.remove(0);
      bytes -= Budget.cost(oldest);
      dropped.accept(oldest, share);
    }
  }

  /** Drops all events of a share. */
  void removeAll(Share share, Consumer<StoredEvent> dropped) {
    events.removeAll(
        share,
        event -> {
          bytes -= Budget.cost(event);
          dropped.accept(event);
        });
  }
}
