package io.heliograph.client.internal.session;

import io.heliograph.client.AckMode;
import io.heliograph.client.Event;
import io.heliograph.client.ResumeStore;
import io.heliograph.client.Signal;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * How far the user's code has come with a stream: the id to resume from. The consumer says what it
 * hands over and what is done; any thread may acknowledge and look.
 */
final class Progress {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");

  private final AckMode mode;
  private final @Nullable ResumeStore store;
  private final String stream;

  // Held while saving, so that an older position never overwrites a newer one in the store.
  // Null where only the consumer moves the position, and nothing is saved: as with most streams.
  private final @Nullable ReentrantLock lock;
  // Written by the consumer; where others may acknowledge, or it is saved, under the lock.
  private volatile String position;
  // Confined to the consumer. The id after the signal that is in hand; null if it moves nothing.
  private @Nullable String onceDone;
  // Guarded by the lock. MANUAL: the id of the last event that was handed over, until it is
  // acknowledged; and the position to which the server moved without an event after it.
  private @Nullable String outstanding;
  private @Nullable String movedSince;
  private boolean saidThatSavingFails;

  /**
   * Begins at a position.
   *
   * @param store null where positions are kept in the stream only
   */
  Progress(AckMode mode, @Nullable ResumeStore store, String stream, String position) {
    this.mode = mode;
    this.store = store;
    this.stream = stream;
    this.position = position;
    this.lock = store == null && mode != AckMode.MANUAL ? null : new ReentrantLock();
  }

  private ReentrantLock locked() {
    ReentrantLock held = Objects.requireNonNull(lock, "where others may acknowledge");
    held.lock();
    return held;
  }

  String position() {
    return position;
  }

  /** The signal is about to be given to the user's code. */
  void handed(Signal signal) {
    if (signal instanceof Signal.Message message) {
      handed(message.event().lastEventId(), true);
    } else if (signal instanceof Signal.Positioned positioned) {
      handed(positioned.lastEventId(), false);
    }
  }

  private void handed(String id, boolean isEvent) {
    if (mode != AckMode.MANUAL) { // Nobody else moves the position: no lock for each event.
      onceDone = id;
      if (mode == AckMode.ON_RECEIVE) {
        done();
      }
      return;
    }
    ReentrantLock held = locked();
    try {
      if (isEvent) {
        outstanding = id;
        movedSince = null;
      } else if (outstanding != null) {
        movedSince = id;
      } else {
        onceDone = id;
      }
    } finally {
      held.unlock();
    }
  }

  /** The user's code is done with the signal that was handed over last. */
  void done() {
    String id = onceDone;
    if (id == null) {
      return;
    }
    onceDone = null;
    if (id.equals(position)) {
      return;
    }
    if (store == null && mode != AckMode.MANUAL) {
      position = id;
      return;
    }
    ReentrantLock held = locked();
    try {
      moveTo(id);
    } finally {
      held.unlock();
    }
  }

  /** It is not, and never will be. */
  void failed() {
    onceDone = null;
  }

  /** A new connection begins at the position: what was handed over before comes again. */
  void startsOver() {
    if (mode != AckMode.MANUAL) {
      return;
    }
    ReentrantLock held = locked();
    try {
      outstanding = null;
      movedSince = null;
    } finally {
      held.unlock();
    }
  }

  void acknowledge(Event event) {
    if (mode != AckMode.MANUAL) {
      throw new IllegalStateException(
          "the mode is " + mode + ", which acknowledges by itself; see Builder.resume");
    }
    ReentrantLock held = locked();
    try {
      String id = event.lastEventId();
      if (!id.equals(outstanding)) {
        if (!id.isEmpty()) {
          moveTo(id);
        }
        return;
      }
      String moved = movedSince;
      outstanding = null;
      movedSince = null;
      moveTo(moved == null ? id : moved);
    } finally {
      held.unlock();
    }
  }

  private void moveTo(String id) {
    if (id.equals(position)) {
      return;
    }
    position = id;
    if (store == null) {
      return;
    }
    try {
      store.save(stream, id);
      saidThatSavingFails = false;
    } catch (Throwable e) { // Whatever a user's store throws.
      if (!saidThatSavingFails) {
        saidThatSavingFails = true; // Once: it may fail with each event.
        LOG.log(
            Level.WARNING,
            "The position of the stream "
                + stream
                + " could not be saved; the stream continues without saving",
            e);
      }
    }
  }
}
