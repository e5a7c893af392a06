package io.heliograph.server.reactor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Watches sockets on one thread, "reactor": it reports when a peer leaves and when a socket is
 * writable again. A watched socket needs no thread, no stack and no buffer. Thread-safe.
 *
 * <p>A task on this thread delays all sockets. Tasks must not block, lock for long, or log. Long
 * work is split: see {@link #walk}.
 */
public final class Reactor implements Executor, AutoCloseable {

  static final int INPUT_BYTES = 8 * 1024;

  private final Poller poller;
  private final Thread thread;
  private final Helpers helpers;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private volatile boolean ends;
  private volatile @Nullable Timer timer;

  /** Starts the thread. Waits by {@code epoll} where that is possible, else by a selector. */
  public Reactor() {
    this(poller(), Helpers.number());
  }

  Reactor(Poller poller, int helpers) {
    this.poller = poller;
    this.helpers = new Helpers(helpers);
    this.thread = Thread.ofPlatform().name("reactor").daemon().start(this::run);
  }

  /** Whether reactors wait by {@code epoll}: on Linux, if the JVM's options allow it. */
  public static boolean usesEpoll() {
    return EpollPoller.isSupported();
  }

  private static Poller poller() {
    try {
      return usesEpoll() ? new EpollPoller() : new NioPoller();
    } catch (IOException e) {
      throw new UncheckedIOException("no poller can be opened", e);
    }
  }

  /**
   * Watches a socket from now on. If it is closed already, {@link Link.Peer#closed} follows.
   *
   * @param channel connected and in non-blocking mode
   */
  public Link adopt(SocketChannel channel, Link.Peer peer) {
    return poller.adopt(channel, peer);
  }

  /** Runs a task on the reactor's thread, after the tasks that were submitted before it. */
  @Override
  public void execute(Runnable task) {
    tasks.add(task);
    wakeUp();
  }

  /**
   * Applies an action to every element on the reactor's thread, in parts, so that sockets and other
   * tasks have their turn in between.
   *
   * @param arrays must not be modified
   */
  public <T> void walk(Iterator<T[]> arrays, Consumer<? super T> action) {
    if (arrays.hasNext()) {
      execute(new Walk<>(this, arrays, action, null));
    }
  }

  /**
   * The same, on several threads if there are many elements.
   *
   * @param action on any thread, for different elements at the same time
   */
  public <T> void walkTogether(Iterator<T[]> arrays, Consumer<? super T> action) {
    if (arrays.hasNext()) {
      execute(new Walk<>(this, arrays, action, helpers::join));
    }
  }

  /** Runs a task on the reactor's thread periodically. Replaces the previous periodic task. */
  public void every(Duration pause, Runnable task) {
    timer = new Timer(pause.toNanos(), task);
    wakeUp();
  }

  /** Ends a wait in progress. The reactor's own thread looks at all queues anyway. */
  private void wakeUp() {
    if (Thread.currentThread() != thread) {
      poller.wakeUp();
    }
  }

  private void run() {
    try {
      while (!ends) {
        turn();
      }
      poller.closeLinks();
      turn();
      poller.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the poller failed", e);
    }
  }

  private void turn() throws IOException {
    List<Runnable> due = taken(tasks);
    Timer timer = this.timer;
    if (!due.isEmpty() || ends) {
      poller.poll(0);
    } else {
      poller.poll(timer == null ? -1 : timer.leftMillis());
    }
    due.forEach(Reactor::guarded);
    if (timer != null && timer.isDue()) {
      guarded(timer.task);
    }
  }

  /** The elements that are queued now. Elements added meanwhile have their turn later. */
  static <T> List<T> taken(Queue<T> queue) {
    if (queue.isEmpty()) {
      return List.of();
    }
    int most = queue.size();
    var taken = new ArrayList<T>(most); // Before anything is removed: it may find no memory.
    while (taken.size() < most) {
      taken.add(queue.remove());
    }
    return taken;
  }

  /** A failing task must not stop the others. Reported on another thread: logging may block. */
  static void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      Thread.ofVirtual()
          .name("reactor-fault")
          .start(
              () -> {
                throw e;
              });
    }
  }

  /** Closes all sockets and ends the thread. Does not wait. */
  @Override
  public void close() {
    ends = true;
    helpers.close();
    wakeUp();
  }

  /** Confined to the reactor's thread after construction. */
  private static final class Timer {
    private final long pauseNanos;
    private final Runnable task;
    private long dueNanos;

    Timer(long pauseNanos, Runnable task) {
      this.pauseNanos = pauseNanos;
      this.task = task;
      this.dueNanos = System.nanoTime() + pauseNanos;
    }

    /** At least 1, because 0 means not to wait. */
    long leftMillis() {
      return Math.max(1, Duration.ofNanos(dueNanos - System.nanoTime()).toMillis());
    }

    boolean isDue() {
      long now = System.nanoTime();
      if (now - dueNanos < 0) {
        return false;
      }
      dueNanos = now + pauseNanos;
      return true;
    }
  }
}
