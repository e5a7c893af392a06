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
 * A server on a real local socket whose responses a test controls down to the byte: it can stay
 * silent, cut, reset, and break every rule. It speaks HTTP/1.1 without TLS and keeps connections
 * alive. Thread-safe; each connection has a thread.
 *
 * <p>There are two ways to control it. A test that plays the server step by step takes the requests
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
 * <p>Alternatively, a script answers every request: {@link #start(Script)}.
 *
 * <p>Every wait of this class lasts at most 10 s and then fails with an {@link AssertionError}.
 */
public final class SseTestServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** Answers one request; returning ends the response in an orderly way. */
  @FunctionalInterface
  public interface Script {
    /**
     * Answers a request. Called on the connection's thread, for several connections at once;
     * interrupted when the server closes. An {@link IOException} means that the client
     * disconnected, and resets the connection. Any other exception also resets it, and fails the
     * test in {@link SseTestServer#close}.
     *
     * @param exchange the request and the means to answer it
     * @throws Exception an {@code IOException} if the client disconnected, or to break the
     *     connection
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
   * Starts a server whose requests wait for {@link #take}.
   *
   * @return the listening server
   */
  public static SseTestServer start() {
    return new SseTestServer(null);
  }

  /**
   * Starts a server that answers each request with a script.
   *
   * @param script called for several connections at once
   * @return the listening server
   */
  public static SseTestServer start(Script script) {
    return new SseTestServer(script);
  }

  /**
   * {@return the root URI of the server, at a free port of the loopback interface} It stays the
   * same when the server goes down and up.
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
   * Waits for the request with this number.
   *
   * @param number from 1
   * @return the request
   * @throws AssertionError if it does not arrive within 10 s
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
   * Waits for the next request, on servers without a script.
   *
   * @return the means to answer it; the connection waits until the exchange has ended
   * @throws AssertionError if none arrives within 10 s
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
   * {@return the number of open connections} The server notices the end of a connection only while
   * it reads from it or writes to it.
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
   * Waits until exactly this number of connections is open.
   *
   * @param number zero or more; 0 to check that a client leaves none open
   * @throws AssertionError if this does not happen within 10 s
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

  /** {@return the exceptions of scripts so far, except those of clients that disconnected} */
  public List<Throwable> failures() {
    return List.copyOf(failures);
  }

  /**
   * Simulates a crash of the server: resets open connections and refuses new ones until {@link
   * #up}.
   */
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

  /** Accepts connections again, on the same port. */
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
   * Stops listening, resets open connections, and waits for its threads.
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
