package io.heliograph.server.log.file;

import io.heliograph.server.event.Publication;
import io.heliograph.server.log.Appended;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.LogUnavailableException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** What the committer is asked for. Awaited by one thread. */
final class Request implements EventLog.Pending {

  /** What is to be done. */
  enum Kind {
    /** Append an event. */
    APPEND,
    /** Pass an ephemeral event to the readers, after the events that were begun before it. */
    PASS,
    /** Write what is kept of a log anew, so that what is before it is not needed any more. */
    REWRITE,
    /** Forget the events of a log. */
    FORGET,
    /** Begin another segment. */
    ROLL
  }

  final Kind kind;
  final @Nullable Hot hot;
  final @Nullable Publication publication;
  private final Committer committer;

  // The one that was asked for before; confined to the committer once it is taken.
  @Nullable Request next;

  private volatile @Nullable Thread waiting;
  private volatile boolean done;

  // Both written before done.
  private @Nullable Appended appended;
  private @Nullable String failure;

  Request(Kind kind, @Nullable Hot hot, @Nullable Publication publication, Committer committer) {
    this.kind = kind;
    this.hot = hot;
    this.publication = publication;
    this.committer = committer;
    if (publication != null && hot != null) {
      hot.begun.incrementAndGet();
    }
  }

  boolean isDone() {
    return done;
  }

  void succeed(@Nullable Appended result) {
    appended = result;
    end();
  }

  void fail(String reason) {
    failure = reason;
    end();
  }

  private void end() {
    if (publication != null && hot != null) {
      hot.begun.decrementAndGet();
    }
    done = true;
  }

  /**
   * Wakes the thread that waits. After all requests of a batch are done: a thread that awaits
   * several then wakes once.
   */
  void tell() {
    Thread waiter = waiting;
    if (waiter != null) {
      LockSupport.unpark(waiter);
    }
  }

  /** Waits until it is on disk. An interrupt does not end it, since the event is not taken back. */
  void awaitDone() {
    if (!done) {
      committer.help();
      waiting = Thread.currentThread();
      boolean interrupted = false;
      while (!done) {
        LockSupport.park(this);
        interrupted |= Thread.interrupted();
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (failure != null) {
      throw new LogUnavailableException(failure);
    }
  }

  @Override
  public Appended await() {
    awaitDone();
    if (appended == null) {
      throw new IllegalStateException("only an append has a result");
    }
    return appended;
  }
}
