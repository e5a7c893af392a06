package io.heliograph.client.testkit;

import io.heliograph.client.internal.Threads;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
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
  private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\r\n]");

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

  /** How the end of a body is told. */
  public enum Framing {
    /** {@code Transfer-Encoding: chunked}, one chunk for each call of send. */
    CHUNKED,
    /** By closing the connection. */
    CLOSE,
    /** By {@code Content-Length}. */
    LENGTH
  }

  /**
   * A request as it came.
   *
   * @param method as it was sent, such as {@code GET}
   * @param target the path and query, as in {@code /sse/alice?from=oldest}
   * @param headers in order; each byte of a value is one char, whatever its meaning
   * @param body as UTF-8
   * @param arrivedAt {@link System#nanoTime} at the end of the request
   */
  public record Request(
      String method,
      String target,
      List<Map.Entry<String, String>> headers,
      String body,
      long arrivedAt) {
    /**
     * {@return the first value of a header; empty without one}
     *
     * @param name its case does not count
     */
    public Optional<String> header(String name) {
      return headers.stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .findFirst();
    }

    /**
     * {@return the first value of a header, its bytes read as UTF-8; empty without one}
     *
     * @param name its case does not count
     */
    public Optional<String> headerUtf8(String name) {
      return header(name)
          .map(v -> new String(v.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    /** {@return the header {@code Last-Event-ID}, read as UTF-8; {@code ""} without one} */
    public String lastEventId() {
      return headerUtf8("Last-Event-ID").orElse("");
    }
  }

  private final Script script;
  private final int port;
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All guarded by the lock.
  private final List<Request> requests = new ArrayList<>();
  private final Queue<Exchange> untaken = new ArrayDeque<>();
  private final Map<Socket, Thread> connections = new HashMap<>();
  private @Nullable ServerSocket listener;
  private @Nullable Thread acceptor;
  // Holds the port while the server is down, or some other program may get it; it does not listen.
  private @Nullable Socket placeholder;
  private boolean closed;

  private SseTestServer(@Nullable Script script) {
    this.script = script == null ? this::waitToBeTaken : script;
    port = listen(0);
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
    return URI.create("http://127.0.0.1:" + port + "/");
  }

  /** {@return all requests so far, in order} The copy does not grow. */
  public List<Request> requests() {
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
  public Request awaitRequest(int number) throws InterruptedException {
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
      stopped = listener;
      accepting = acceptor;
      listener = null;
      open = Map.copyOf(connections);
      untaken.clear();
    } finally {
      lock.unlock();
    }
    open.forEach(
        (socket, thread) -> {
          reset(socket);
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
    holdPort();
  }

  private void holdPort() {
    lock.lock();
    try {
      if (!closed) {
        placeholder = new Socket();
        placeholder.setReuseAddress(true);
        placeholder.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  /** Listens again, on the same port. */
  public void up() {
    listen(port);
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
    freePort();
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
        throw new AssertionError("a thread of the test server does not end: " + thread);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void freePort() {
    lock.lock();
    try {
      if (placeholder != null) {
        placeholder.close();
        placeholder = null;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  private int listen(int onPort) {
    lock.lock();
    try {
      if (closed || listener != null) {
        throw new IllegalStateException(closed ? "the server is closed" : "the server is up");
      }
      freePort();
      var socket = new ServerSocket();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), onPort), 1024);
      listener = socket;
      acceptor = Threads.start("sse-test-server", () -> acceptAll(socket));
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      lock.unlock();
    }
  }

  private void acceptAll(ServerSocket from) {
    while (true) {
      try {
        Socket socket = from.accept();
        Thread thread = Threads.unstarted("sse-test-connection", () -> serve(socket));
        lock.lock();
        try {
          if (!from.equals(listener)) { // It went down between accept and here.
            reset(socket);
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
      Request request = read(in);
      while (request != null) {
        Exchange exchange = arrived(request, socket, in);
        script.answer(exchange);
        if (!exchange.finish()) {
          break;
        }
        request = read(in);
      }
      socket.close();
    } catch (IOException e) {
      reset(socket); // The peer left, or the script wants it so.
    } catch (Throwable e) {
      if (!isDown()) { // Else it was interrupted, by us.
        failures.add(e);
      }
      reset(socket);
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
      return listener == null;
    } finally {
      lock.unlock();
    }
  }

  private Exchange arrived(Request request, Socket socket, InputStream in) throws IOException {
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
    exchange.done.await();
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is gone already.
    }
  }

  private static @Nullable Request read(InputStream in) throws IOException {
    String first = line(in);
    if (first == null) {
      return null;
    }
    String[] words = first.split(" ", 3);
    if (words.length < 3 || !words[2].startsWith("HTTP/1.")) {
      throw new IllegalStateException(
          "what came is no request of HTTP/1: does the client speak TLS, or HTTP/2 by prior"
              + " knowledge? It began: "
              + first.substring(0, Math.min(40, first.length())).replaceAll("[^ -~]", "?"));
    }
    var headers = new ArrayList<Map.Entry<String, String>>();
    int length = 0;
    boolean chunked = false;
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw new IllegalStateException("a line among the headers has no colon: " + line);
      }
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      headers.add(Map.entry(name, value));
      if (name.equalsIgnoreCase("Content-Length")) {
        length = Integer.parseInt(value);
      }
      chunked |= name.equalsIgnoreCase("Transfer-Encoding") && value.equalsIgnoreCase("chunked");
    }
    byte[] body = chunked ? chunks(in) : in.readNBytes(length);
    return new Request(
        words[0],
        words[1],
        List.copyOf(headers),
        new String(body, StandardCharsets.UTF_8),
        System.nanoTime());
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var body = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      if (size == null) {
        throw new EOFException("the peer left inside its request");
      }
      int length = Integer.parseInt(size, 16);
      body.writeBytes(in.readNBytes(length));
      line(in);
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  private static @Nullable String line(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return bytes.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      }
      bytes.write(b);
    }
    return null;
  }

  /**
   * A request and the means to answer it. For one thread at a time: the script's, or that which
   * took it. Every method that sends fails with an {@link IOException} once the peer is known to
   * have left.
   */
  public static final class Exchange {
    private final int number;
    private final Request request;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
    private final CountDownLatch done = new CountDownLatch(1);
    // Handed from the thread that answers to the connection's by the latch.
    private Framing framing = Framing.LENGTH;
    private boolean answered;
    private boolean over;

    private Exchange(int number, Request request, Socket socket, InputStream in)
        throws IOException {
      this.number = number;
      this.request = request;
      this.socket = socket;
      this.in = in;
      this.out = socket.getOutputStream();
    }

    /** {@return the number among the server's requests, from 1} */
    public int number() {
      return number;
    }

    /** {@return what is asked} */
    public Request request() {
      return request;
    }

    /**
     * Sends a whole answer.
     *
     * @param code the status; with 204 there is no {@code Content-Length}, so the body is to be
     *     empty
     * @param body sent in UTF-8; may be empty
     * @param headers lines such as {@code Retry-After: 2}, beside the {@code Content-Length}
     * @throws IOException if the peer has left
     */
    public void status(int code, String body, String... headers) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String length = code == 204 ? "" : "Content-Length: " + bytes.length + "\r\n";
      head(code, length, headers);
      raw(bytes);
      over();
    }

    /**
     * Sends a redirect.
     *
     * @param code the status, such as 307
     * @param location the header {@code Location}, sent as it is
     * @throws IOException if the peer has left
     */
    public void redirect(int code, String location) throws IOException {
      status(code, "", "Location: " + location);
    }

    /**
     * Opens an event stream, in chunks.
     *
     * @param headers lines such as {@code Sse-Heartbeat-Interval: 15}, beside its content type
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange open(String... headers) throws IOException {
      return open(Framing.CHUNKED, 0, withEventStream(headers));
    }

    /**
     * Opens a 200 whose headers are all given, but for that of the framing.
     *
     * @param how the end of the body is told
     * @param length of the body in bytes, with {@link Framing#LENGTH}; else it does not count
     * @param headers lines such as {@code Content-Type: text/event-stream}
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange open(Framing how, int length, String... headers) throws IOException {
      framing = how;
      head(
          200,
          switch (how) {
            case CHUNKED -> "Transfer-Encoding: chunked\r\n";
            case CLOSE -> "Connection: close\r\n";
            case LENGTH -> "Content-Length: " + length + "\r\n";
          },
          headers);
      return this;
    }

    /**
     * Introduces the stream as that of a Heliograph server, in the {@code stream.open} block of
     * protocol 2 (docs/protocol.md). From here on the client takes events of types that start with
     * {@code stream.} for control events, such as {@code event("c9", "stream.gap",
     * "{\"log\":\"user\",\"reason\":\"expired\",\"lost\":3}")}. Unlike a Heliograph server it sends
     * no {@code retry:}, so that a test does not wait 3 s for each reconnection.
     *
     * @param id the cursor at which the stream begins
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange introduce(String id) throws IOException {
      String mode = request.lastEventId().isEmpty() ? "fresh" : "resumed";
      return comment("")
          .event(
              id,
              "stream.open",
              "{\"connection\":\"test-"
                  + number
                  + "\",\"user\":\"test\",\"mode\":\""
                  + mode
                  + "\",\"heartbeatMs\":15000,\"protocol\":2}");
    }

    /**
     * Sends an event of the default type without an id.
     *
     * @param data as with {@link #event(String, String, String)}
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange event(String data) throws IOException {
      return event("", "", data);
    }

    /**
     * Sends an event.
     *
     * @param id {@code ""} to leave it out
     * @param type {@code ""} to leave it out
     * @param data a line for each of its lines, and one for {@code ""}, which is an event, too
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange event(String id, String type, String data) throws IOException {
      var text = new StringBuilder();
      if (!id.isEmpty()) {
        text.append("id: ").append(id).append('\n');
      }
      if (!type.isEmpty()) {
        text.append("event: ").append(type).append('\n');
      }
      for (String line : LINE_BREAK.split(data, -1)) {
        text.append("data: ").append(line).append('\n');
      }
      return send(text.append('\n').toString());
    }

    /**
     * Sends a comment line.
     *
     * @param text follows the colon; {@code ""} is what servers send as a heartbeat
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange comment(String text) throws IOException {
      return send(":" + text + "\n");
    }

    /**
     * Sends text of the stream as it is.
     *
     * @param text any lines, or half of one; in UTF-8
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange send(String text) throws IOException {
      return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Sends bytes of the stream as they are.
     *
     * @param bytes one chunk of them; none sends nothing
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange send(byte[] bytes) throws IOException {
      if (bytes.length == 0) {
        return this; // A chunk of no bytes would be the end.
      }
      if (framing != Framing.CHUNKED) {
        return raw(bytes);
      }
      var chunk = new ByteArrayOutputStream();
      chunk.writeBytes(
          (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
      chunk.writeBytes(bytes);
      chunk.writeBytes(new byte[] {'\r', '\n'});
      return raw(chunk.toByteArray());
    }

    /**
     * Sends text of the stream byte by byte, each after a pause.
     *
     * @param text in UTF-8
     * @param pause in real time, before each byte
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange sendSlowly(String text, Duration pause) throws IOException {
      for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
        if (silence(pause)) {
          throw new EOFException("the peer left");
        }
        send(new byte[] {b});
      }
      return this;
    }

    /**
     * {@return the stream's bytes, for encoders; each write is one send} Closing it does nothing.
     */
    public OutputStream body() {
      return new OutputStream() {
        @Override
        public void write(int b) throws IOException {
          send(new byte[] {(byte) b});
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
          send(Arrays.copyOfRange(bytes, from, from + length));
        }
      };
    }

    /**
     * Sends bytes past all framing, also before any head: to break HTTP itself.
     *
     * @param bytes sent as they are
     * @return this
     * @throws IOException if the peer has left
     */
    public Exchange raw(byte[] bytes) throws IOException {
      answered = true;
      out.write(bytes);
      out.flush();
      return this;
    }

    /**
     * Says nothing until the peer leaves; as the first call, it never answers.
     *
     * @throws IOException if the connection is reset, by the peer or because the server goes down
     */
    public void silence() throws IOException {
      framing = Framing.CLOSE;
      try {
        while (in.read() >= 0) {}
      } finally {
        over();
      }
    }

    /**
     * Says nothing for so long, or until the peer leaves.
     *
     * @param span in real time; zero or less does nothing
     * @return whether the peer left
     * @throws IOException if the connection is reset, by the peer or because the server goes down
     */
    public boolean silence(Duration span) throws IOException {
      if (span.isNegative() || span.isZero()) {
        return false; // To a socket, zero means for ever.
      }
      socket.setSoTimeout((int) Math.max(1, span.toMillis()));
      try {
        return in.read() < 0;
      } catch (SocketTimeoutException e) {
        return false;
      } finally {
        if (!socket.isClosed()) {
          socket.setSoTimeout(0);
        }
      }
    }

    /**
     * Ends the response in an orderly way. A script's is ended by returning.
     *
     * @throws IOException if the peer has left
     */
    public void end() throws IOException {
      if (!over && answered && framing == Framing.CHUNKED) {
        raw("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      over();
    }

    /** Breaks the connection by a TCP reset. Bytes that the peer has not read may be lost. */
    public void reset() {
      framing = Framing.CLOSE;
      SseTestServer.reset(socket);
      over();
    }

    /**
     * Ends the connection by a FIN, inside of whatever was being sent.
     *
     * @throws IOException if the socket cannot be closed
     */
    public void cut() throws IOException {
      framing = Framing.CLOSE;
      try {
        socket.close();
      } finally {
        over();
      }
    }

    private void head(int code, String framingHeader, String... headers) throws IOException {
      var head = new StringBuilder("HTTP/1.1 ").append(code).append(" Scripted\r\n");
      head.append(framingHeader);
      for (String header : headers) {
        head.append(header).append("\r\n");
      }
      raw(head.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String[] withEventStream(String... headers) {
      var all = new ArrayList<String>(List.of("Content-Type: text/event-stream"));
      all.addAll(List.of(headers));
      return all.toArray(String[]::new);
    }

    private void over() {
      over = true;
      done.countDown();
    }

    /** Ends the response; true if the connection may serve another request. */
    private boolean finish() throws IOException {
      end();
      return answered && framing != Framing.CLOSE;
    }
  }
}
