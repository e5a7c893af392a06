package io.heliograph.server.reactor;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
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

  private static final int INPUT_BYTES = 8 * 1024;

  private final Selector selector;
  private final Thread thread;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final Queue<SelectedLink> closed = new ConcurrentLinkedQueue<>();
  private volatile boolean ends;
  private volatile @Nullable Timer timer;

  // Confined to the reactor's thread. Input is counted and discarded.
  private final ByteBuffer input = ByteBuffer.allocateDirect(INPUT_BYTES);

  /** Starts the thread. */
  public Reactor() {
    try {
      this.selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException("no selector can be opened", e);
    }
    this.thread = Thread.ofPlatform().name("reactor").daemon().start(this::run);
  }

  /**
   * Watches a socket from now on. If it is closed already, {@link Link.Peer#closed} follows.
   *
   * @param channel connected and in non-blocking mode
   */
  public Link adopt(SocketChannel channel, Link.Peer peer) {
    var link = new SelectedLink(this, channel, peer);
    try {
      link.key = channel.register(selector, SelectionKey.OP_READ, link);
      wakeUp();
    } catch (ClosedChannelException e) {
      link.close();
    }
    return link;
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
      execute(new Walk<>(this, arrays, action));
    }
  }

  /** Runs a task on the reactor's thread periodically. Replaces the previous periodic task. */
  public void every(Duration pause, Runnable task) {
    timer = new Timer(pause.toNanos(), task);
    wakeUp();
  }

  /** Ends a select in progress. The reactor's own thread looks at all queues anyway. */
  private void wakeUp() {
    if (Thread.currentThread() != thread) {
      selector.wakeup();
    }
  }

  private void run() {
    try (selector) {
      while (!ends) {
        turn();
      }
      selector.keys().forEach(key -> ((SelectedLink) key.attachment()).close());
      turn();
    } catch (IOException e) {
      throw new UncheckedIOException("the selector failed", e);
    }
  }

  private void turn() throws IOException {
    // The select after a channel was closed releases its descriptor.
    List<SelectedLink> freed = taken(closed);
    List<Runnable> due = taken(tasks);
    Timer timer = this.timer;
    if (freed.isEmpty() && due.isEmpty() && !ends) {
      selector.select(this::ready, timer == null ? 0 : timer.leftMillis());
    } else {
      selector.selectNow(this::ready);
    }
    freed.forEach(link -> guarded(link.peer::closed));
    due.forEach(Reactor::guarded);
    if (timer != null && timer.isDue()) {
      guarded(timer.task);
    }
  }

  /** The elements that are queued now. Elements added meanwhile have their turn later. */
  private static <T> List<T> taken(Queue<T> queue) {
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

  private void ready(SelectionKey key) {
    var link = (SelectedLink) key.attachment();
    try {
      if (key.isReadable()) {
        read(link, key);
      }
      if (key.isValid() && key.isWritable()) {
        key.interestOpsAnd(~SelectionKey.OP_WRITE);
        guarded(link.peer::writable);
      }
    } catch (CancelledKeyException e) {
      // Closed concurrently.
    }
  }

  private void read(SelectedLink link, SelectionKey key) {
    int bytes = link.read(input.clear());
    if (bytes < 0) {
      key.interestOps(0); // Otherwise every select would report it.
      guarded(link.peer::left);
    } else if (bytes > 0) {
      guarded(() -> link.peer.input(bytes));
    }
  }

  /** A failing task must not stop the others. Reported on another thread: logging may block. */
  private static void guarded(Runnable task) {
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

    /** At least 1, because 0 means to wait without limit. */
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

  /** A channel that is registered with the selector. */
  private static final class SelectedLink implements Link {
    private static final VarHandle OVER;

    static {
      try {
        OVER = MethodHandles.lookup().findVarHandle(SelectedLink.class, "over", boolean.class);
      } catch (ReflectiveOperationException e) {
        throw new ExceptionInInitializerError(e);
      }
    }

    private final Reactor reactor;
    private final SocketChannel channel;
    private final Peer peer;

    @SuppressWarnings({"unused", "FieldMayBeFinal"}) // OVER changes it.
    private volatile boolean over;

    // Written before the link is shared. The reactor's thread does not read it.
    private @Nullable SelectionKey key;

    SelectedLink(Reactor reactor, SocketChannel channel, Peer peer) {
      this.reactor = reactor;
      this.channel = channel;
      this.peer = peer;
    }

    /** Returns the number of bytes read, or -1 at the end of the input. */
    int read(ByteBuffer into) {
      try {
        return channel.read(into);
      } catch (IOException e) {
        return -1; // Reset by the peer, or closed concurrently.
      }
    }

    @Override
    public void send(ByteBuffer bytes) throws IOException {
      channel.write(bytes);
    }

    @Override
    public void armWrite() {
      try {
        if (key != null) {
          key.interestOpsOr(SelectionKey.OP_WRITE);
          reactor.wakeUp();
        }
      } catch (CancelledKeyException e) {
        // Closed concurrently: closed() is the only call that still follows.
      }
    }

    @Override
    public void close() {
      if (OVER.compareAndSet(this, false, true)) {
        try {
          channel.close();
        } catch (IOException e) {
          // The channel counts as closed even then.
        }
        reactor.closed.add(this);
        reactor.wakeUp();
      }
    }
  }
}
