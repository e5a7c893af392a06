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

  /** A connection; called by the thread of the loop only. */
  interface Client {
    /** Its channel can connect or read. */
    void ready(SelectionKey key);

    /** Called once a second. */
    void sweep(long now);

    void closeChannel();
  }

  private final Selector selector = Selector.open();
  private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
  // Confined to the thread.
  private final PriorityQueue<Timer> timers = new PriorityQueue<>();
  private final Set<Client> clients = new HashSet<>();
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
          if (key.attachment() instanceof Client client) {
            client.ready(key);
          }
        }
        selector.selectedKeys().clear();
        now = System.nanoTime();
        while (!timers.isEmpty() && timers.element().at - now <= 0) {
          timers.remove().call.run();
        }
        if (nextSweep - now <= 0) {
          nextSweep = now + SWEEP_NANOS;
          for (Client client : List.copyOf(clients)) {
            client.sweep(now);
          }
        }
      }
      for (Client client : clients) {
        client.closeChannel();
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
  void add(Client client) {
    clients.add(client);
  }

  /** From the thread of the loop. */
  void remove(Client client) {
    clients.remove(client);
  }

  /** Waits for a channel to become ready for this. */
  void register(SocketChannel channel, int operation, Client client) throws IOException {
    channel.register(selector, operation, client);
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
