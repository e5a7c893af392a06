package io.heliograph.cli.load.users;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

/** One thread and its selector, for many connections. */
final class RawLoop {
  private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

  private final Selector selector = Selector.open();
  private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
  // Confined to the thread.
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final Set<RawUser> users = new HashSet<>();
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
  private final Thread thread;
  private long nextSweep = System.nanoTime() + SWEEP_NANOS;
  private volatile boolean stopped;

  RawLoop() throws IOException {
    thread = Thread.ofPlatform().daemon().name("reader").start(this::loop);
  }

  void run(Runnable call) {
    calls.add(call);
    selector.wakeup();
  }

  void after(long nanos, Runnable call) {
    timers.add(new Timer(System.nanoTime() + nanos, call));
  }

  private void loop() {
    try {
      while (!stopped) {
        long now = System.nanoTime();
        Timer first = timers.peek();
        long until = first == null ? nextSweep : Math.min(nextSweep, first.at);
        selector.select(Math.clamp((until - now + 999_999) / 1_000_000, 1, 1000));
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
          call.run();
        }
        for (SelectionKey key : selector.selectedKeys()) {
          if (key.attachment() instanceof RawUser user) {
            user.ready(key);
          }
        }
        selector.selectedKeys().clear();
        now = System.nanoTime();
        while (!timers.isEmpty() && timers.element().at - now <= 0) {
          timers.remove().call.run();
        }
        if (nextSweep - now <= 0) {
          nextSweep = now + SWEEP_NANOS;
          for (RawUser user : List.copyOf(users)) {
            user.sweep(now);
          }
        }
      }
      for (RawUser user : users) {
        user.closeChannel();
      }
      selector.close();
    } catch (IOException e) {
      throw new UncheckedIOException("the selector failed", e);
    }
  }

  void stop() throws InterruptedException {
    stopped = true;
    selector.wakeup();
    thread.join();
  }

  /** From the thread of the loop. */
  void add(RawUser user) {
    users.add(user);
  }

  /** From the thread of the loop. */
  void remove(RawUser user) {
    users.remove(user);
  }

  /** Waits for a channel to become ready for this. */
  void register(SocketChannel channel, int operation, RawUser user) throws IOException {
    channel.register(selector, operation, user);
  }

  /** An empty buffer, for the thread of the loop until its next call. */
  ByteBuffer buffer() {
    return buffer.clear();
  }

  private record Timer(long at, Runnable call) implements Comparable<Timer> {
    @Override
    public int compareTo(Timer other) {
      return Long.compare(at - other.at, 0);
    }
  }
}
