package io.heliograph.client.testkit;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;

/**
 * A request and the means to answer it. For one thread at a time: the script's thread, or the
 * thread that took it. Every method that sends throws an {@link IOException} once the client is
 * known to have disconnected.
 */
public final class Exchange {
  private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\r\n]");

  /** How the end of a body is marked. */
  public enum Framing {
    /** {@code Transfer-Encoding: chunked}, one chunk for each call of send. */
    CHUNKED,
    /** By closing the connection. */
    CLOSE,
    /** By {@code Content-Length}. */
    LENGTH
  }

  /**
   * A request as received.
   *
   * @param method as sent, such as {@code GET}
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
     * {@return the first value of a header; empty if absent}
     *
     * @param name case-insensitive
     */
    public Optional<String> header(String name) {
      return headers.stream()
          .filter(header -> header.getKey().equalsIgnoreCase(name))
          .map(Map.Entry::getValue)
          .findFirst();
    }

    /**
     * {@return the first value of a header, decoded as UTF-8; empty if absent}
     *
     * @param name case-insensitive
     */
    public Optional<String> headerUtf8(String name) {
      return header(name)
          .map(v -> new String(v.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8));
    }

    /** {@return the header {@code Last-Event-ID}, decoded as UTF-8; {@code ""} if absent} */
    public String lastEventId() {
      return headerUtf8("Last-Event-ID").orElse("");
    }
  }

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

  Exchange(int number, Request request, Socket socket, InputStream in) throws IOException {
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

  /** {@return the request} */
  public Request request() {
    return request;
  }

  /**
   * Sends a complete response.
   *
   * @param code the status; 204 has no {@code Content-Length}, so the body must be empty
   * @param body sent in UTF-8; may be empty
   * @param headers lines such as {@code Retry-After: 2}, in addition to {@code Content-Length}
   * @throws IOException if the client has disconnected
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
   * @throws IOException if the client has disconnected
   */
  public void redirect(int code, String location) throws IOException {
    status(code, "", "Location: " + location);
  }

  /**
   * Opens an event stream with chunked encoding.
   *
   * @param headers lines such as {@code Sse-Heartbeat-Interval: 15}, in addition to the content
   *     type
   * @return this
   * @throws IOException if the client has disconnected
   */
  public Exchange open(String... headers) throws IOException {
    return open(Framing.CHUNKED, 0, withEventStream(headers));
  }

  /**
   * Opens a 200 response with exactly these headers plus the header of the framing.
   *
   * @param how the end of the body is marked
   * @param length of the body in bytes, with {@link Framing#LENGTH}; otherwise ignored
   * @param headers lines such as {@code Content-Type: text/event-stream}
   * @return this
   * @throws IOException if the client has disconnected
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
   * Introduces the stream as a stream of Heliograph, with the {@code stream.open} block of protocol
   * 2 (docs/protocol.md). From here on the client treats events whose types start with {@code
   * stream.} as control events, such as {@code event("c9", "stream.gap",
   * "{\"log\":\"user\",\"reason\":\"expired\",\"lost\":3}")}. Unlike a Heliograph server, it sends
   * no {@code retry:}, so that a test does not wait 3 s for each reconnection.
   *
   * @param id the cursor at which the stream starts
   * @return this
   * @throws IOException if the client has disconnected
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
   * @throws IOException if the client has disconnected
   */
  public Exchange event(String data) throws IOException {
    return event("", "", data);
  }

  /**
   * Sends an event.
   *
   * @param id {@code ""} to omit it
   * @param type {@code ""} to omit it
   * @param data sent as one data line per line; {@code ""} is sent as one empty data line
   * @return this
   * @throws IOException if the client has disconnected
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
   * @param text after the colon; servers send {@code ""} as a heartbeat
   * @return this
   * @throws IOException if the client has disconnected
   */
  public Exchange comment(String text) throws IOException {
    return send(":" + text + "\n");
  }

  /**
   * Sends text unchanged.
   *
   * @param text any lines, or part of a line; in UTF-8
   * @return this
   * @throws IOException if the client has disconnected
   */
  public Exchange send(String text) throws IOException {
    return send(text.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Sends bytes unchanged.
   *
   * @param bytes sent as one chunk; an empty array sends nothing
   * @return this
   * @throws IOException if the client has disconnected
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
   * Sends text byte by byte, with a pause before each byte.
   *
   * @param text in UTF-8
   * @param pause in real time, before each byte
   * @return this
   * @throws IOException if the client has disconnected
   */
  public Exchange sendSlowly(String text, Duration pause) throws IOException {
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      if (silence(pause)) {
        throw new EOFException("the client disconnected");
      }
      send(new byte[] {b});
    }
    return this;
  }

  /** {@return an output stream to the body; each write is one send} Closing it has no effect. */
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
   * Sends bytes without any framing, also before the response head, to violate HTTP itself.
   *
   * @param bytes sent unchanged
   * @return this
   * @throws IOException if the client has disconnected
   */
  public Exchange raw(byte[] bytes) throws IOException {
    answered = true;
    out.write(bytes);
    out.flush();
    return this;
  }

  /**
   * Sends nothing until the client disconnects. As the first call, it never answers.
   *
   * @throws IOException if the connection is reset, by the client or because the server goes down
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
   * Sends nothing for a while, or until the client disconnects.
   *
   * @param span in real time; zero or less has no effect
   * @return whether the client disconnected
   * @throws IOException if the connection is reset, by the client or because the server goes down
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
   * Ends the response in an orderly way. Returning from a script does the same.
   *
   * @throws IOException if the client has disconnected
   */
  public void end() throws IOException {
    if (!over && answered && framing == Framing.CHUNKED) {
      raw("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    over();
  }

  /** Breaks the connection with a TCP reset. Bytes that the client has not read may be lost. */
  public void reset() {
    framing = Framing.CLOSE;
    reset(socket);
    over();
  }

  /**
   * Ends the connection with a FIN, possibly in the middle of an event.
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
  boolean finish() throws IOException {
    end();
    return answered && framing != Framing.CLOSE;
  }

  /** Waits until somebody has answered it. */
  void awaitAnswer() throws InterruptedException {
    done.await();
  }

  /** By a TCP reset. */
  static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // It is gone already.
    }
  }
}
