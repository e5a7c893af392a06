package io.heliograph.server.publish;

import io.heliograph.server.request.Json;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The items of a batch that wait for the disk. A thread of its own awaits them in their order and
 * passes their results on, so that the request's thread reads and begins the next items meanwhile.
 * That thread starts once there are many, or once the request's thread has to wait for the
 * publisher, so that a small batch needs none.
 *
 * <p>Every item is awaited, because that wakes its readers, even if the publisher has gone.
 *
 * <p>All methods are called by the request's thread.
 */
final class InFlight implements AutoCloseable {

  private static final int MAX_EVENTS = 1_000;
  private static final long MAX_BYTES = 1 << 20;

  // From here on the thread of its own awaits them; below, the request's thread does at the end.
  private static final int MANY_EVENTS = 100;

  // How many results are passed on before the request's thread learns of the room.
  private static final int ROUND = 64;

  private final Results results;
  private @Nullable Thread thread;

  // Guarded by the monitor. The counts are those of items whose results were not passed on.
  private final ArrayDeque<Item> waiting = new ArrayDeque<>();
  private long events;
  private long bytes;
  private boolean idle;
  private boolean closed;
  private @Nullable Throwable failure;

  private record Item(Begun begun, long events, long bytes) {}

  /** An item that is being published. */
  @FunctionalInterface
  interface Begun {
    /** Returns the members of its result, once they are known. */
    Json.Members await();
  }

  /** Takes the results of items, in their order. By one thread at a time. */
  interface Results {
    void add(Json.Members result) throws IOException;

    /** Sends what was added; called when no more results are known. */
    void flush() throws IOException;
  }

  InFlight(Results results) {
    this.results = results;
  }

  /**
   * Adds an item; waits while there are too many.
   *
   * @param events how many events it has in logs
   * @param bytes what the item takes in memory
   * @throws IOException if results cannot be passed on any more
   */
  void add(Begun begun, long events, long bytes) throws IOException {
    synchronized (this) {
      waiting.add(new Item(begun, events, bytes));
      this.events += events;
      this.bytes += bytes;
      if (idle) {
        notifyAll();
      }
    }
    if (thread != null || this.events >= MANY_EVENTS) {
      start();
      awaitAtMost(MAX_EVENTS, MAX_BYTES);
      checkNoFailure();
    }
  }

  /** Called before the request's thread waits for the publisher, who may wait for results. */
  void passOn() {
    if (thread == null && events > 0) {
      start();
    }
  }

  /**
   * Waits until all results were passed on.
   *
   * @throws IOException if they cannot be
   */
  void settle() throws IOException {
    if (thread == null) {
      passAll();
    } else {
      awaitAtMost(0, 0);
    }
    checkNoFailure();
  }

  /** Waits until all items are in their logs; passes no more results on. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    if (thread == null) {
      passAll();
    } else {
      awaitAtMost(0, 0);
    }
  }

  private void start() {
    if (thread == null) {
      thread = Thread.startVirtualThread(this::run);
    }
  }

  /** An interrupt does not end the wait, because items are not taken back. */
  private synchronized void awaitAtMost(long mostEvents, long mostBytes) {
    boolean interrupted = false;
    while (events > mostEvents || bytes > mostBytes) {
      try {
        wait();
      } catch (InterruptedException e) {
        interrupted = true;
        if (thread != null) {
          thread.interrupt(); // It may wait for a publisher that reads no results.
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void checkNoFailure() throws IOException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
  }

  private void run() {
    for (List<Item> round = take(); !round.isEmpty(); round = take()) {
      pass(round, true);
    }
  }

  private void passAll() {
    while (events > 0) {
      pass(round(), false);
    }
  }

  /** The next items, once there are some; none at the end. */
  private synchronized List<Item> take() {
    idle = true;
    while (waiting.isEmpty() && !closed) {
      try {
        wait();
      } catch (InterruptedException e) {
        // Meant for a wait that has ended.
      }
    }
    idle = false;
    return round();
  }

  private synchronized List<Item> round() {
    var round = new ArrayList<Item>(Math.min(ROUND, waiting.size()));
    while (round.size() < ROUND && !waiting.isEmpty()) {
      round.add(waiting.poll());
    }
    return round;
  }

  /**
   * Awaits items.
   *
   * @param sends whether this is the thread of its own, which may run before {@code thread} is set
   */
  private void pass(List<Item> round, boolean sends) {
    long passedEvents = 0;
    long passedBytes = 0;
    for (Item item : round) {
      passedEvents += item.events;
      passedBytes += item.bytes;
      try {
        Json.Members result = item.begun.await();
        if (passesOn()) {
          results.add(result);
        }
      } catch (IOException | RuntimeException | Error e) {
        fail(e);
      }
    }
    try {
      if (sends && isLast() && passesOn()) {
        results.flush(); // Before the request's thread may use the results itself.
      }
    } catch (IOException | RuntimeException e) {
      fail(e);
    }
    synchronized (this) {
      events -= passedEvents;
      bytes -= passedBytes;
      notifyAll();
    }
  }

  private synchronized boolean isLast() {
    return waiting.isEmpty();
  }

  private synchronized boolean passesOn() {
    return failure == null && !closed;
  }

  private synchronized void fail(Throwable e) {
    if (failure == null) {
      failure = e;
    }
  }
}
