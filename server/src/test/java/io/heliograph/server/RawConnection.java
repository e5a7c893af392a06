package io.heliograph.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.Optional;

/** One HTTP/1.1 connection, written byte by byte, and the answers on it. */
final class RawConnection implements AutoCloseable {

  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n\r\n";
  private static final String NEXT = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";

  // A chunk, and the rest of one; nobody may take it for a request.
  private static final String BODY = "5\r\nhello\r\n0\r\n\r\n";

  // Long enough for a loaded machine, and far below request-timeout: it is not what ends them.
  private static final int AT_ONCE_MILLIS = 10_000;

  private final Socket socket = new Socket();

  RawConnection(TestServer server) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 5_000);
    socket.setSoTimeout(AT_ONCE_MILLIS);
  }

  /**
   * Checks that a request is refused whatever of its body has come, with and without {@code Expect:
   * 100-continue}, and that the rest of the body is not taken for a request.
   *
   * @param head the request line and headers, without the empty line; without a Content-Length a
   *     body is added
   */
  static void refusesUnread(TestServer server, String head, int status) throws IOException {
    for (String expect : List.of("", "Expect: 100-continue\r\n")) {
      for (String body :
          head.contains("Content-Length")
              ? List.of("\r\n")
              : List.of(
                  CHUNKED,
                  CHUNKED + BODY,
                  "Content-Length: 5\r\n\r\n",
                  "Content-Length: 5\r\n\r\nhello")) {
        try (var connection = new RawConnection(server)) {
          connection.send(head + expect + body);
          connection.isRefused(head + expect + body, status);
        }
      }
    }
  }

  private void isRefused(String sent, int status) throws IOException {
    RawAnswer answer = answer();
    assertThat(answer.status()).as(sent).isEqualTo(status);
    boolean last = answer.headers().getOrDefault("connection", "").contains("close");
    if (last) {
      send(NEXT);
      assertThat(next()).as(sent).isEmpty();
    } else {
      // Then the body has been read past, and was all there: what follows is a request.
      assertThat(sent).doesNotContain("Expect");
      send(sent.endsWith("hello") ? NEXT : "hello" + NEXT);
      assertThat(answer().status()).as(sent).isEqualTo(200);
    }
  }

  void send(String text) throws IOException {
    try {
      socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    } catch (IOException e) {
      // Closed by the server, whose answer says why.
    }
  }

  Optional<RawAnswer> next() throws IOException {
    try {
      return RawAnswer.read(socket.getInputStream(), false);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("no answer, and not closed", e);
    }
  }

  RawAnswer answer() throws IOException {
    return next().orElseThrow(() -> new AssertionError("closed without an answer"));
  }

  /** The answer to a HEAD. */
  RawAnswer answerToHead() throws IOException {
    return RawAnswer.read(socket.getInputStream(), true)
        .orElseThrow(() -> new AssertionError("closed without an answer"));
  }

  /** The next request on this connection is answered. */
  void answersTheNext() throws IOException {
    send(NEXT);
    assertThat(answer().status()).isEqualTo(200);
  }

  void isRefusedForGood(int status, String problem) throws IOException {
    RawAnswer answer = answer();
    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    assertThat(answer.body()).contains("urn:heliograph:problem:" + problem + "\"");
    assertThat(next()).as("closed").isEmpty();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
