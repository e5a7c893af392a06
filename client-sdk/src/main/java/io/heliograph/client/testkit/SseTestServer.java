package io.heliograph.client.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
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
  // Guarded by the lock.
  private final List<Exchange.Request> requests = new ArrayList<>();
  private final Queue<Exchange> untaken = new ArrayDeque<>();
  private final Connections connections =
      new Connections(lock, changed, this::answer, failures::add);

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
    return URI.create("http://127.0.0.1:" + connections.port() + "/");
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
    return connections.open();
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
      await(() -> connections.open() == number, number + " open connections");
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
                + connections.open()
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
    connections.down();
    lock.lock();
    try {
      untaken.clear(); // Nobody is there to be answered.
    } finally {
      lock.unlock();
    }
  }

  /** Accepts connections again, on the same port. */
  public void up() {
    connections.up();
  }

  /**
   * Stops listening, resets open connections, and waits for its threads.
   *
   * @throws AssertionError if a script failed
   */
  @Override
  public void close() {
    if (!connections.close()) {
      return;
    }
    if (!failures.isEmpty()) {
      var error = new AssertionError("a script of the test server failed: " + failures.get(0));
      failures.forEach(error::addSuppressed);
      throw error;
    }
  }

  /** Whether the connection may serve another request. */
  private boolean answer(Exchange.Request request, Socket socket, InputStream in) throws Exception {
    Exchange exchange = arrived(request, socket, in);
    script.answer(exchange);
    return exchange.finish();
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
