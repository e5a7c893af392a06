package io.heliograph.client.testkit;

import io.heliograph.client.internal.base.Threads;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A server on a real socket of this machine that answers each request as it is told, down to the
 * byte: it can stay silent, cut, reset, and break every rule. Speaks HTTP/1.1 without TLS and keeps
 * connections alive. Thread-safe; each connection has a thread.
 *
 * <p>There are two ways to tell it. A test that plays the server step by step takes the requests
 * one by one:
 *
 * <pre>{@code
 * try (var server = SseTestServer.start()) {
 *   // … the code under test connects to server.uri() …
 *   var first = server.take();
 *   first.open().event("1", "order", "17").reset();
 *   var second = server.take(); // The code under test came back …
 *   assertEquals("1", second.request().lastEventId()); // … and resumed.
 *   second.status(204, "");
 * }
 * }</pre>
 *
 * <p>Or a script answers every request by itself: {@link #start(Script)}.
 *
 * <p>Every wait of this class lasts for at most 10 s and then fails with an {@link AssertionError},
 * so that a test that waits for what never comes says so.
 */
public final class SseTestServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Answers one request; returning ends the response in an orderly way. */
  @FunctionalInterface
  public interface Script {
    /**
     * Called on the connection's thread, for several connections at once; interrupted when the
     * server closes. An {@link IOException} means that the peer left, and resets the connection.
     * Anything else does too, and fails the test in {@link SseTestServer#close}.
     *
     * @param exchange what is asked, and the means to answer it
     * @throws Exception as an {@code IOException} if the peer left, or to break the connection
     */
    void answer(Exchange exchange) throws Exception;
  }

  private final Script script;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All guarded by the lock.
  private final List<Exchange.Request> requests = new ArrayList<>();
  private final Queue<Exchange> untaken = new ArrayDeque<>();
  private final Map<Socket, Thread> connections = new HashMap<>();
  private final Port port = new Port();
  private @Nullable Thread acceptor;
  private boolean closed;

  private SseTestServer(@Nullable Script script) {
    this.script = script == null ? this::waitToBeTaken : script;
    up();
  }

  /**
   * Starts a server whose requests wait to be taken: {@link #take}.
   *
   * @return the server, which listens already
   */
  public static SseTestServer start() {
    return new SseTestServer(null);
  }

  /**
   * Starts a server that answers each request by a script.
   *
   * @param script called for several connections at once
   * @return the server, which listens already
   */
  public static SseTestServer start(Script script) {
    return new SseTestServer(script);
  }

  /**
   * {@return the root of the server, at a port of the loopback interface that was free} It stays
   * the same when the server goes down and up.
   */
  public URI uri() {
    lock.lock();
    try {
      return URI.create("http://127.0.0.1:" + port.number() + "/");
    } finally {
      lock.unlock();
    }
  }

  /** {@return all requests so far, in order} The copy does not grow. */
  public List<Exchange.Request> requests() {
    lock.lock();
    try {
      return List.copyOf(requests);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until so many requests have come.
   *
   * @param number from 1
   * @return the one of that number
   * @throws AssertionError if they do not come within 10 s
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public Exchange.Request awaitRequest(int number) throws InterruptedException {
    lock.lock();
    try {
      await(() -> requests.size() >= number, "request " + number);
      return requests.get(number - 1);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits for the next request that nobody has taken. For servers without script.
   *
   * @return the means to answer it; the connection waits until that is over
   * @throws AssertionError if none comes within 10 s
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public Exchange take() throws InterruptedException {
    lock.lock();
    try {
      await(() -> !untaken.isEmpty(), "another request");
      return untaken.remove();
    } finally {
      lock.unlock();
    }
  }

  /**
   * {@return how many connections are open now, as far as the server has noticed} It notices only
   * while it reads from one or writes to it.
   */
  public int connections() {
    lock.lock();
    try {
      return connections.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until exactly so many connections are open.
   *
   * @param number zero or more; 0 to see that a client leaves none
   * @throws AssertionError if it does not come to that within 10 s
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public void awaitConnections(int number) throws InterruptedException {
    lock.lock();
    try {
      await(() -> connections.size() == number, number + " open connections");
    } finally {
      lock.unlock();
    }
  }

  private void await(BooleanSupplier condition, String what) throws InterruptedException {
    long patience = PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (patience <= 0) {
        throw new AssertionError(
            "waited "
                + PATIENCE.toSeconds()
                + " s for "
                + what
                + " in vain; "
                + requests.size()
                + " requests came and "
                + connections.size()
                + " connections are open");
      }
      patience = changed.awaitNanos(patience);
    }
  }

  /** {@return what scripts threw so far, other than by a peer that left} */
  public List<Throwable> failures() {
    return List.copyOf(failures);
  }

  /** As if the server died: resets what is open, and refuses connections until {@link #up}. */
  public void down() {
    ServerSocket stopped;
    Thread accepting;
    Map<Socket, Thread> open;
    lock.lock();
    try {
      stopped = port.stop();
      accepting = acceptor;
      open = Map.copyOf(connections);
      untaken.clear();
    } finally {
      lock.unlock();
    }
    open.forEach(
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

  /** Listens again, on the same port. */
  public void up() {
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

  /**
   * Stops to listen, resets what is open, and waits for its threads.
   *
   * @throws AssertionError if a script failed
   */
  @Override
  public void close() {
    List<Thread> threads;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      threads = List.copyOf(connections.values());
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
    for (Thread thread : threads) {
      joined(thread);
    }
    if (!failures.isEmpty()) {
      var error = new AssertionError("a script of the test server failed: " + failures.get(0));
      failures.forEach(error::addSuppressed);
      throw error;
    }
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
          connections.put(socket, thread);
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
        Exchange exchange = arrived(request, socket, in);
        script.answer(exchange);
        if (!exchange.finish()) {
          break;
        }
        request = RequestReader.read(in);
      }
      socket.close();
    } catch (IOException e) {
      Exchange.reset(socket); // The peer left, or the script wants it so.
    } catch (Throwable e) {
      if (!isDown()) { // Else it was interrupted, by us.
        failures.add(e);
      }
      Exchange.reset(socket);
    } finally {
      lock.lock();
      try {
        connections.remove(socket);
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

  private Exchange arrived(Exchange.Request request, Socket socket, InputStream in)
      throws IOException {
    lock.lock();
    try {
      requests.add(request);
      changed.signalAll();
      return new Exchange(requests.size(), request, socket, in);
    } finally {
      lock.unlock();
    }
  }

  /** The script of servers that have none. */
  private void waitToBeTaken(Exchange exchange) throws InterruptedException {
    lock.lock();
    try {
      untaken.add(exchange);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    exchange.awaitAnswer();
  }
}
