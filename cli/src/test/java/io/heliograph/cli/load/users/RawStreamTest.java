package io.heliograph.cli.load.users;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.Event;
import io.heliograph.client.SseParser;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** However the bytes are cut, the same comes out. */
final class RawStreamTest {
  private static final String STREAM =
      String.join(
          "\n",
          List.of(
              "retry: 3000",
              ":",
              "",
              "event: stream.live",
              "data: {}",
              "",
              "id: a",
              "",
              "id: b\r",
              "data: one\r",
              "data:two\r",
              "\r",
              ": beat",
              "",
              "data: ü",
              "",
              "id",
              "data",
              "",
              ""));
  private static final List<String> EXPECTED =
      List.of(
          "head 200 text/event-stream; charset=utf-8",
          "retry 3000",
          "comment",
          "event stream.live {} ''",
          "positioned a",
          "event message one\ntwo 'b'",
          "comment",
          "event message ü 'b'",
          "event message  ''");

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 64, 100_000})
  void aChunkedStream(int piece) throws IOException {
    byte[] body = STREAM.getBytes(StandardCharsets.UTF_8);
    var wire =
        new StringBuilder(
            String.join(
                "\r\n",
                List.of(
                    "HTTP/1.1 200 OK",
                    "Content-Type: text/event-stream; charset=utf-8",
                    "Transfer-Encoding: chunked",
                    "",
                    "")));
    // Chunks of five bytes cut lines, letters and line ends.
    for (int i = 0; i < body.length; i += 5) {
      byte[] chunk = Arrays.copyOfRange(body, i, Math.min(body.length, i + 5));
      wire.append(Integer.toHexString(chunk.length)).append("\r\n");
      wire.append(new String(chunk, StandardCharsets.ISO_8859_1)).append("\r\n");
    }
    wire.append("0\r\n\r\n");

    assertThat(read(wire.toString().getBytes(StandardCharsets.ISO_8859_1), piece))
        .isEqualTo(EXPECTED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100_000})
  void aStreamWithoutFraming(int piece) throws IOException {
    String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n\r\n";

    assertThat(read((head + STREAM).getBytes(StandardCharsets.UTF_8), piece)).isEqualTo(EXPECTED);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100_000})
  void aByteOrderMarkIsNoPartOfTheFirstLine(int piece) throws IOException {
    String head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    String wire = head + "\uFEFFdata: a\n\n\uFEFFdata: b\n\ndata: c\n\n";

    assertThat(read(wire.getBytes(StandardCharsets.UTF_8), piece))
        .endsWith("event message a ''", "event message c ''");
  }

  private static final String CHUNKED = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

  static List<String> hostile() {
    return List.of(
        "HTTP/1.1 abc\r\n",
        "HTTP/1.1 -20 OK\r\n",
        "x".repeat(20_000),
        "HTTP/1.1 200 OK\r\n" + "X: y\r\n".repeat(50_000),
        CHUNKED + "-5\r\nX",
        CHUNKED + "+5\r\nX",
        CHUNKED + "\r\nX",
        CHUNKED + "fffffffffffffffff\r\nX",
        "HTTP/1.1 200 OK\r\n\r\n" + "x".repeat(2_000_000),
        "HTTP/1.1 200 OK\r\n\r\n" + "data: xxxxxxxxxxxxxxxxxxxxxxxxxx\n".repeat(50_000));
  }

  @ParameterizedTest
  @MethodSource("hostile")
  @Timeout(20)
  void whatNoServerSendsEndsTheConnection(String wire) {
    assertThatThrownBy(() -> read(wire.getBytes(StandardCharsets.UTF_8), 65_536))
        .isInstanceOf(IOException.class);
  }

  private static List<String> read(byte[] wire, int piece) throws IOException {
    var found = new ArrayList<String>();
    var events =
        new SseParser(
            new SseParser.Handler() {
              @Override
              public void onEvent(Event event) {
                found.add(
                    "event "
                        + event.type()
                        + " "
                        + event.data()
                        + " '"
                        + event.lastEventId()
                        + "'");
              }

              @Override
              public void onLastEventId(String lastEventId) {
                found.add("positioned " + lastEventId);
              }

              @Override
              public void onComment(String text) {
                found.add("comment");
              }

              @Override
              public void onRetry(Duration delay) {
                found.add("retry " + delay.toMillis());
              }
            });
    var stream =
        new RawStream(
            (status, contentType) -> found.add("head " + status + " " + contentType), events);
    for (int i = 0; i < wire.length; i += piece) {
      stream.read(ByteBuffer.wrap(Arrays.copyOfRange(wire, i, Math.min(wire.length, i + piece))));
    }
    return found;
  }
}
