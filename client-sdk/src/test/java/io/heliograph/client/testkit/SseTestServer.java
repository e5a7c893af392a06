package io.heliograph.client.testkit;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server on a real socket that answers each request as a script says, down to the byte: it can
 * stay silent, cut, and break every rule. Speaks HTTP/1.1, keeps connections alive, and runs each
 * one on a virtual thread.
 */
public final class SseTestServer implements AutoCloseable {
  /** Answers one request; returning ends the response in an orderly way. */
  @FunctionalInterface
  public interface Script {
    /** Called on the connection's thread. What it throws resets the connection. */
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
   * @param headers in order; each byte of a value is one char, whatever its meaning
   * @param body as UTF-8
   * @param arrivedAt {@link System#nanoTime} at the end of the head
   */
  public record Request(
      String method,
      String target,
      List<Map.Entry<String, String>> headers,
      String body,
      long arrivedAt) {
    /** The first value of a header. */
    public Optional<String> header(String name) {
      return headers.stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .findFirst();
    }

    /** The same with the bytes read as UTF-8. */
    public Optional<String> headerUtf8(String name) {
      return header(name)
          .map(v -> new String(v.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }
  }

  private final ServerSocket listener;
  private final Script script;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final List<Throwable> failures = new CopyOnWriteArrayList<>();
  private final AtomicInteger count = new AtomicInteger();
  private final AtomicInteger open = new AtomicInteger();

  private SseTestServer(Script script) throws IOException {
    this.script = script;
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1024);
    Thread.ofVirtual().name("test-server").start(this::acceptAll);
  }

  /** Starts a server on a free port of the loopback interface. */
  public static SseTestServer start(Script script) {
    try {
      return new SseTestServer(script);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The root of the server. */
  public URI uri() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/");
  }

  /** All requests so far, in order. */
  public List<Request> requests() {
    return requests;
  }

  /** How many connections are open now. */
  public int connections() {
    return open.get();
  }

  /** What scripts threw, other than by a peer that left. */
  public List<Throwable> failures() {
    return failures;
  }

  /** Stops to listen and resets what is open. */
  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    sockets.forEach(SseTestServer::reset);
  }

  private void acceptAll() {
    while (true) {
      Socket socket;
      try {
        socket = listener.accept();
      } catch (IOException e) {
        return; // Closed.
      }
      sockets.add(socket);
      open.incrementAndGet();
      Thread.ofVirtual().name("test-connection").start(() -> serve(socket));
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      var in = new BufferedInputStream(socket.getInputStream());
      Request request = read(in);
      while (request != null) {
        requests.add(request);
        var exchange = new Exchange(count.incrementAndGet(), request, socket, in);
        script.answer(exchange);
        if (!exchange.finish()) {
          return;
        }
        request = read(in);
      }
    } catch (IOException e) {
      reset(socket); // The peer left, or the script wants it so.
    } catch (Throwable e) {
      failures.add(e);
      reset(socket);
    } finally {
      sockets.remove(socket);
      open.decrementAndGet();
    }
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
    var headers = new ArrayList<Map.Entry<String, String>>();
    int length = 0;
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      headers.add(Map.entry(name, value));
      if (name.equalsIgnoreCase("Content-Length")) {
        length = Integer.parseInt(value);
      }
    }
    String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
    return new Request(words[0], words[1], List.copyOf(headers), body, System.nanoTime());
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

  /** A request and the means to answer it. For the script's thread. */
  public static final class Exchange {
    private final int number;
    private final Request request;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;
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

    /** Of the server's requests, from 1. */
    public int number() {
      return number;
    }

    /** What is asked. */
    public Request request() {
      return request;
    }

    /** Sends a whole answer. Headers are lines such as {@code Retry-After: 2}. */
    public void status(int code, String body, String... headers) throws IOException {
      byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
      String length = code == 204 ? "" : "Content-Length: " + bytes.length + "\r\n";
      head(code, length, headers);
      out.write(bytes);
      out.flush();
      over = true;
    }

    /** Sends a redirect. */
    public void redirect(int code, String location) throws IOException {
      status(code, "", "Location: " + location);
    }

    /** Opens an event stream in chunks. */
    public Exchange open(String... headers) throws IOException {
      return open(Framing.CHUNKED, 0, withEventStream(headers));
    }

    /** Opens a 200 whose headers are all given; the length counts for {@link Framing#LENGTH}. */
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

    /** Sends bytes of the stream. */
    public Exchange send(byte[] bytes) throws IOException {
      if (bytes.length == 0) {
        return this;
      }
      var frame = new ByteArrayOutputStream();
      if (framing == Framing.CHUNKED) {
        frame.writeBytes(
            (Integer.toHexString(bytes.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
        frame.writeBytes(bytes);
        frame.writeBytes(new byte[] {'\r', '\n'});
      } else {
        frame.writeBytes(bytes);
      }
      return raw(frame.toByteArray());
    }

    /** The stream's bytes, for encoders; each write is one send. Closing it does nothing. */
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

    /** Sends text of the stream. */
    public Exchange send(String text) throws IOException {
      return send(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Sends an event; an empty id or type is left out. */
    public Exchange event(String id, String type, String data) throws IOException {
      var text = new StringBuilder();
      if (!id.isEmpty()) {
        text.append("id: ").append(id).append('\n');
      }
      if (!type.isEmpty()) {
        text.append("event: ").append(type).append('\n');
      }
      data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
      return send(text.append('\n').toString());
    }

    /** Sends bytes past all framing. */
    public Exchange raw(byte[] bytes) throws IOException {
      out.write(bytes);
      out.flush();
      return this;
    }

    /** Says nothing until the peer leaves. */
    public void silence() throws IOException {
      over = true;
      framing = Framing.CLOSE;
      while (in.read() >= 0) {}
    }

    /** Says nothing for so long, or until the peer leaves; true if it left. */
    public boolean silence(int millis) throws IOException {
      socket.setSoTimeout(millis);
      try {
        return in.read() < 0;
      } catch (java.net.SocketTimeoutException e) {
        return false;
      } finally {
        if (!socket.isClosed()) {
          socket.setSoTimeout(0);
        }
      }
    }

    /** Breaks the connection by a TCP reset. */
    public void reset() {
      SseTestServer.reset(socket);
      over = true;
      framing = Framing.CLOSE;
    }

    /** Ends the connection by a FIN, inside of whatever was being sent. */
    public void cut() throws IOException {
      socket.close();
      over = true;
      framing = Framing.CLOSE;
    }

    private void head(int code, String framingHeader, String... headers) throws IOException {
      answered = true;
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

    /** Ends the response; true if the connection may serve another request. */
    private boolean finish() throws IOException {
      if (!answered) {
        return false;
      }
      if (!over && framing == Framing.CHUNKED) {
        raw("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      return framing != Framing.CLOSE;
    }
  }
}
