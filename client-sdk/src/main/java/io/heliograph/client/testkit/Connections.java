package io.heliograph.client.testkit;

import io.heliograph.client.internal.base.Threads;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The port of a test server and the connections to it, each with a thread. Thread-safe: guarded by
 * the lock of the server, whose waits look at it.
 */
final class Connections {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Answers the requests of a connection. */
  interface Service {
    /** Whether the connection may serve another request. */
    boolean answer(Exchange.Request request, Socket socket, InputStream in) throws Exception;
  }

  private final ReentrantLock lock;
  private final Condition changed;
  private final Service service;
  private final Consumer<Throwable> failed;
  // All guarded by the lock.
  private final Map<Socket, Thread> open = new HashMap<>();
  private final Port port = new Port();
  private @Nullable Thread acceptor;
  private boolean closed;

  /**
   * Does not listen yet.
   *
   * @param changed of the lock; signalled when a connection opens or ends
   * @param failed takes what a service throws, except where its client disconnected
   */
  Connections(ReentrantLock lock, Condition changed, Service service, Consumer<Throwable> failed) {
    this.lock = lock;
    this.changed = changed;
    this.service = service;
    this.failed = failed;
  }

  int port() {
    lock.lock();
    try {
      return port.number();
    } finally {
      lock.unlock();
    }
  }

  int open() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  /** Listens; on the same port as before. */
  void up() {
    lock.lock();
    try {
      if (closed || port.isListening()) {
        throw new IllegalStateException(closed ? "the server is closed" : "the server is up");
      }
      ServerSocket socket = port.listen();
      acceptor = Threads.start("sse-test-server", () -> acceptAll(socket));
    } finally {
      lock.unlock();
    }
  }

  /** Resets all connections, and accepts no more. */
  void down() {
    ServerSocket stopped;
    Thread accepting;
    Map<Socket, Thread> broken;
    lock.lock();
    try {
      stopped = port.stop();
      accepting = acceptor;
      broken = Map.copyOf(open);
    } finally {
      lock.unlock();
    }
    broken.forEach(
        (socket, thread) -> {
          Exchange.reset(socket);
          thread.interrupt();
        });
    if (stopped == null || accepting == null) {
      return;
    }
    try {
      stopped.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    joined(accepting); // The port is not free before: it is this thread that lets go of it.
    lock.lock();
    try {
      if (!closed) {
        port.hold();
      }
    } finally {
      lock.unlock();
    }
  }

  /** For good; once everything has ended. False if that was done before. */
  boolean close() {
    List<Thread> threads;
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      threads = List.copyOf(open.values());
    } finally {
      lock.unlock();
    }
    down();
    lock.lock();
    try {
      port.free();
    } finally {
      lock.unlock();
    }
    threads.forEach(Connections::joined);
    return true;
  }

  private static void joined(Thread thread) {
    if (thread == Thread.currentThread()) {
      return;
    }
    try {
      if (!Threads.join(thread, PATIENCE)) {
        throw new AssertionError("a thread of the test server did not end: " + thread);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void acceptAll(ServerSocket from) {
    while (true) {
      try {
        Socket socket = from.accept();
        Thread thread = Threads.unstarted("sse-test-connection", () -> serve(socket));
        lock.lock();
        try {
          if (!port.isListening(from)) { // It went down between accept and here.
            Exchange.reset(socket);
            return;
          }
          open.put(socket, thread);
          changed.signalAll();
        } finally {
          lock.unlock();
        }
        thread.start();
      } catch (IOException e) {
        return; // Closed.
      }
    }
  }

  private void serve(Socket socket) {
    try {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      Exchange.Request request = RequestReader.read(in);
      while (request != null) {
        request = service.answer(request, socket, in) ? RequestReader.read(in) : null;
      }
      socket.close();
    } catch (IOException e) {
      Exchange.reset(socket); // The peer left, or the script wants it so.
    } catch (Throwable e) {
      if (!isDown()) { // Else it was interrupted, by us.
        failed.accept(e);
      }
      Exchange.reset(socket);
    } finally {
      lock.lock();
      try {
        open.remove(socket);
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }

  private boolean isDown() {
    lock.lock();
    try {
      return !port.isListening();
    } finally {
      lock.unlock();
    }
  }
}
