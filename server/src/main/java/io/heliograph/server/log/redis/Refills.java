package io.heliograph.server.log.redis;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Reads what mirrors have missed: on one thread of its own, many at a time, each mirror once
 * however often it asks. A mirror that could not be read is read again later. Now and then all
 * mirrors are read, so that Redis does not expire a log that is followed.
 */
final class Refills implements AutoCloseable {

  private static final System.Logger LOG = System.getLogger(Refills.class.getName());

  private static final int AT_A_TIME = 256;
  private static final Duration LATER = Duration.ofSeconds(1);
  private static final Duration EVERY = Duration.ofMinutes(20);
  private static final CompletableFuture<Void> DONE = CompletableFuture.completedFuture(null);

  private final Function<Mirror, CompletableFuture<Void>> read;
  private final Supplier<Collection<Mirror>> all;
  private final Predicate<Mirror> isUp;
  private final BlockingQueue<Mirror> queue = new LinkedBlockingQueue<>();

  // Each mirror is here at most once: those in the queue, and those that wait for their time.
  private final Set<Mirror> asked = ConcurrentHashMap.newKeySet();
  private final Set<Mirror> later = ConcurrentHashMap.newKeySet();
  private final Semaphore places = new Semaphore(AT_A_TIME);
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Starts the thread.
   *
   * @param all mirrors there are
   * @param isUp whether reading a mirror is worth a try
   */
  Refills(
      Function<Mirror, CompletableFuture<Void>> read,
      Supplier<Collection<Mirror>> all,
      Predicate<Mirror> isUp) {
    this.read = read;
    this.all = all;
    this.isUp = isUp;
    this.thread = Thread.ofVirtual().name("redis-refills").start(this::run);
  }

  /** Has a mirror read soon. */
  void add(Mirror mirror) {
    if (asked.add(mirror)) {
      queue.add(mirror);
    }
  }

  /** Has a mirror read after a pause, once Redis can be used. */
  void addLater(Mirror mirror) {
    later.add(mirror);
    if (mirror.isClosed()) { // Perhaps after it was dropped.
      drop(mirror);
    }
  }

  /** Has a mirror that is closed not read any more: many come and go while Redis is away. */
  void drop(Mirror mirror) {
    later.remove(mirror);
  }

  /** Whether a mirror could not be read just now. */
  boolean isLater(Mirror mirror) {
    return later.contains(mirror);
  }

  private void run() {
    long readAllNanos = System.nanoTime();
    long retriedNanos = readAllNanos;
    try {
      while (!closed) {
        Mirror mirror = queue.poll(LATER.toMillis(), TimeUnit.MILLISECONDS);
        if (System.nanoTime() - retriedNanos > LATER.toNanos()) {
          retriedNanos = System.nanoTime();
          retry();
        }
        if (System.nanoTime() - readAllNanos > EVERY.toNanos()) {
          readAllNanos = System.nanoTime();
          all.get().forEach(this::add);
        }
        if (mirror != null) {
          places.acquire();
          asked.remove(mirror); // Before it is read: what comes from now on is asked for again.
          var _ =
              (mirror.isClosed() ? DONE : read.apply(mirror))
                  .whenComplete(
                      (_, failure) -> {
                        places.release();
                        if (failure != null && !closed) {
                          LOG.log(System.Logger.Level.DEBUG, "A log cannot be read now.", failure);
                          addLater(mirror);
                        }
                      });
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void retry() {
    for (Mirror mirror : List.copyOf(later)) {
      if (isUp.test(mirror)) {
        later.remove(mirror);
        add(mirror);
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    thread.interrupt();
  }
}
