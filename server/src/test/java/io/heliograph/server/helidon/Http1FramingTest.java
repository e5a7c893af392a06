package io.heliograph.server.helidon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.http.RequestException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** However the bytes of a connection are cut into reads, what is handed on is the same. */
class Http1FramingTest {

  private static final String GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final String CHUNKED =
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  private static final String LENGTH = "POST / HTTP/1.1\r\nContent-Length: 7\r\n\r\n";

  @Test
  void requestsAreHandedOnWholeInAnyCut() {
    String sent =
        GET
            + LENGTH
            + "GET / H"
            + CHUNKED
            + "5;ext=\"1\"\r\nhello\r\n00a\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n"
            + "\r\n"
            + GET;
    String handedOn = GET + LENGTH + "GET / H" + CHUNKED + "hello0123456789" + GET;

    for (int seed = 0; seed < 300; seed++) {
      assertThat(bodies(read(sent, seed))).as("seed " + seed).isEqualTo(handedOn);
    }
  }

  @Test
  void aChunkIsHandedOnInThePiecesInWhichItCameAndIsNeverHeldWhole() {
    String head = CHUNKED + "7fffffff\r\n";
    var pieces = new ArrayDeque<byte[]>();
    pieces.add(head.getBytes(ISO_8859_1));
    pieces.add("abc".getBytes(ISO_8859_1));
    pieces.add("de".getBytes(ISO_8859_1));
    var framing = new Http1Framing(pieces::poll, () -> {});

    assertThat(new String(framing.next(), ISO_8859_1)).isEqualTo(CHUNKED);
    assertThat(new String(framing.next(), ISO_8859_1)).isEqualTo("3\r\nabc\r\n");
    assertThat(new String(framing.next(), ISO_8859_1)).isEqualTo("2\r\nde\r\n");
    assertThat(framing.next()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"5\rx", "5\r\nhelloX", "5\r\nhello\rX", "0\r\n\rX", "0\r\n:", "+", "5;\u0001"})
  void whatWasRefusedIsRefusedAgainInAnyCut(String body) {
    // What is wrong with a trailer is seen at its end.
    String sent = CHUNKED + (body.endsWith(":") ? body + "\r\n" : body);
    for (int seed = 0; seed < 50; seed++) {
      var framing = new Http1Framing(cut(sent, seed), () -> {});
      assertThatThrownBy(() -> drain(framing)).isInstanceOf(RequestException.class);
      assertThatThrownBy(framing::next).isInstanceOf(RequestException.class);
    }
  }

  @Test
  void aHeadIsBoundedBeforeItHasAnEnd() {
    assertThatThrownBy(() -> read("GET /" + "a".repeat(9_000), 1))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.status().code()).isEqualTo(414));
    assertThatThrownBy(() -> read("GET / HTTP/1.1\r\nA: " + "a".repeat(17_000), 1))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.status().code()).isEqualTo(431));
    assertThatThrownBy(() -> read(CHUNKED + "0\r\n" + "A: a\r\n".repeat(3_000), 1))
        .isInstanceOfSatisfying(
            RequestException.class, e -> assertThat(e.status().code()).isEqualTo(431));
  }

  @Test
  void behindAStreamBytesPassAsTheyAre() {
    var pieces = new ArrayDeque<byte[]>();
    pieces.add((GET + "\u0000no request").getBytes(ISO_8859_1));
    pieces.add("\r\r".getBytes(ISO_8859_1));
    var framing = new Http1Framing(pieces::poll, () -> {});
    assertThat(new String(framing.next(), ISO_8859_1)).isEqualTo(GET);

    framing.passThrough();

    assertThat(drain(framing)).isEqualTo("\u0000no request\r\r");
  }

  private static String read(String sent, int seed) {
    return drain(new Http1Framing(cut(sent, seed), () -> {}));
  }

  /** What was sent in pieces that the seed stands for, most of them small. */
  private static Supplier<byte @Nullable []> cut(String sent, int seed) {
    var random = new Random(seed);
    var pieces = new ArrayDeque<byte[]>();
    for (int at = 0; at < sent.length(); ) {
      int to = Math.min(sent.length(), at + 1 + random.nextInt(seed % 2 == 0 ? 4 : 60));
      pieces.add(sent.substring(at, to).getBytes(ISO_8859_1));
      at = to;
    }
    return pieces::poll;
  }

  private static String drain(Http1Framing framing) {
    var all = new ByteArrayOutputStream();
    for (byte[] piece = framing.next(); piece != null; piece = framing.next()) {
      all.writeBytes(piece);
    }
    return all.toString(ISO_8859_1);
  }

  /** With the chunks' own data in place of the chunks, which may be cut anywhere. */
  private static String bodies(String handedOn) {
    int start = handedOn.indexOf(CHUNKED) + CHUNKED.length();
    var data = new StringBuilder();
    int at = start;
    while (true) {
      int lineEnd = handedOn.indexOf("\r\n", at);
      int size = Integer.parseInt(handedOn.substring(at, lineEnd), 16);
      data.append(handedOn, lineEnd + 2, lineEnd + 2 + size);
      at = lineEnd + 2 + size + 2;
      if (size == 0) {
        return handedOn.substring(0, start) + data + handedOn.substring(at);
      }
    }
  }
}
