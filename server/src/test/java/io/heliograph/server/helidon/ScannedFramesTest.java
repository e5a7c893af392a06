package io.heliograph.server.helidon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.http2.Http2Exception;
import io.heliograph.server.helidon.hpack.Head;
import io.heliograph.server.helidon.hpack.HeadDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What Helidon gets of a connection, wherever the pieces of it end. */
@SuppressWarnings("removal") // Helidon has no other reader.
class ScannedFramesTest {

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int CONTINUATION = 9;
  private static final int END_STREAM = 0x1;
  private static final int END_HEADERS = 0x4;
  private static final int PADDED = 0x8;
  private static final int PRIORITY = 0x20;

  private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);

  private final Queue<byte[]> pieces = new ArrayDeque<>();
  private final LiveStreams live = new LiveStreams();
  private final List<Integer> told = new ArrayList<>();
  private final ScannedFrames.Frames frames =
      new ScannedFrames.Frames(new DataReader(pieces::poll), live, told::add);

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Frame(int type, int flags, int stream, byte[] payload) {}

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100_000})
  void everyHeadIsHandedOnWhole(int piece) {
    byte[] head = head("one", "1");
    var padded = new ByteArrayOutputStream();
    padded.write(200);
    padded.writeBytes(new byte[] {0, 0, 0, 0, 16});
    padded.writeBytes(head);
    padded.writeBytes(new byte[200]);
    var sent = new ByteArrayOutputStream();
    sent.writeBytes(PREFACE);
    sent.writeBytes(frame(SETTINGS, 0, 0, new byte[6]));
    sent.writeBytes(frame(HEADERS, END_HEADERS | PADDED | PRIORITY, 1, padded.toByteArray()));
    sent.writeBytes(frame(DATA, END_STREAM, 1, new byte[5_000]));
    sent.writeBytes(frame(HEADERS, END_STREAM, 3, Arrays.copyOfRange(head, 0, 2)));
    sent.writeBytes(frame(CONTINUATION, 0, 3, Arrays.copyOfRange(head, 2, 2)));
    sent.writeBytes(frame(CONTINUATION, END_HEADERS, 3, Arrays.copyOfRange(head, 2, head.length)));
    sent.writeBytes(frame(HEADERS, END_HEADERS, 5, head));

    List<Frame> got = read(sent.toByteArray(), piece);

    assertThat(got)
        .extracting(Frame::type)
        .containsExactly(SETTINGS, HEADERS, DATA, HEADERS, HEADERS);
    assertThat(got).extracting(Frame::stream).containsExactly(0, 1, 1, 3, 5);
    assertThat(got)
        .extracting(Frame::flags)
        .containsExactly(
            0, END_HEADERS | PRIORITY, END_STREAM, END_HEADERS | END_STREAM, END_HEADERS);
    byte[] first = got.get(1).payload();
    assertThat(Arrays.copyOf(first, 5)).containsExactly(0, 0, 0, 0, 16);
    for (byte[] each :
        List.of(
            Arrays.copyOfRange(first, 5, first.length),
            got.get(3).payload(),
            got.get(4).payload())) {
      assertThat(new HeadDecoder().decode(each).fields())
          .containsExactly(new Head.Field("one", "1"));
    }
  }

  @Test
  void aHeadThatIsLargerThanAFrameIsHandedOnInSeveral() {
    byte[] head = head("n", "x".repeat(20_000));
    var sent = new ByteArrayOutputStream();
    sent.writeBytes(PREFACE);
    sent.writeBytes(frame(HEADERS, 0, 1, Arrays.copyOf(head, 10_000)));
    sent.writeBytes(
        frame(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(head, 10_000, head.length)));

    List<Frame> got = read(sent.toByteArray(), 100_000);

    assertThat(got).extracting(Frame::type).containsExactly(HEADERS, CONTINUATION);
    assertThat(got).extracting(Frame::flags).containsExactly(0, END_HEADERS);
    assertThat(got).allMatch(frame -> frame.payload().length <= 16_384);
  }

  @Test
  void aHeadThatIsInterruptedOrEndlessOrShorterThanItsPartsEndsTheConnection() {
    byte[] head = head("one", "1");
    byte[] begun = frame(HEADERS, 0, 1, head);
    assertEnds(begun, frame(DATA, 0, 1, new byte[1]));
    assertEnds(begun, frame(CONTINUATION, END_HEADERS, 3, head));
    assertEnds(begun, frame(HEADERS, END_HEADERS, 3, head));
    assertEnds(frame(HEADERS, END_HEADERS | PADDED, 1, new byte[] {5, 0, 0}));
    assertEnds(frame(HEADERS, END_HEADERS | PADDED, 1, new byte[0]));
    assertEnds(frame(HEADERS, END_HEADERS | PRIORITY, 1, new byte[4]));
    assertEnds(frame(HEADERS, END_HEADERS, 1, new byte[16_385]));
    byte[] part = new byte[16_000];
    byte[] next = frame(CONTINUATION, 0, 1, part);
    assertEnds(frame(HEADERS, 0, 1, part), next, next, next, next);
  }

  private static void assertEnds(byte[]... frames) {
    var test = new ScannedFramesTest();
    var sent = new ByteArrayOutputStream();
    sent.writeBytes(PREFACE);
    for (byte[] frame : frames) {
      sent.writeBytes(frame);
    }
    assertThatThrownBy(() -> test.read(sent.toByteArray(), 100_000))
        .isInstanceOf(Http2Exception.class);
  }

  @Test
  void aResetIsToldWhenAllOfItWasWorkedOffAndOnce() {
    byte[] reset = frame(RST_STREAM, 0, 1, new byte[4]);
    pieces.add(PREFACE);
    pieces.add(frame(HEADERS, END_HEADERS, 1, head("one", "1")));
    frames.next();
    frames.next();
    for (byte one : reset) {
      pieces.add(new byte[] {one});
    }

    assertThat(frames.next()).isEqualTo(reset);
    assertThat(told).isEmpty(); // Helidon has it and has not worked it off.
    pieces.add(frame(SETTINGS, 0, 0, new byte[0]));
    frames.next();
    assertThat(told).containsExactly(1);
    pieces.add(frame(SETTINGS, 0, 0, new byte[0]));
    frames.next();
    assertThat(told).containsExactly(1);
  }

  @Test
  void aResetOfAStreamThatIsGoneIsHandedOnAsAFrameThatIsIgnored() {
    byte[] reset = frame(RST_STREAM, 0, 1, new byte[4]);
    pieces.add(PREFACE);
    pieces.add(frame(HEADERS, END_HEADERS, 1, head("one", "1")));
    pieces.add(reset);
    pieces.add(reset);
    // A length that no reset may have is an error whatever became of the stream.
    pieces.add(frame(RST_STREAM, 0, 1, new byte[3]));

    frames.next();
    frames.next();
    assertThat(frames.next()[3]).isEqualTo((byte) RST_STREAM);
    assertThat(frames.next()[3]).isEqualTo((byte) 0x7f);
    assertThat(frames.next()[3]).isEqualTo((byte) RST_STREAM);
    assertThat(told).containsExactly(1);
  }

  private List<Frame> read(byte[] sent, int piece) {
    for (int at = 0; at < sent.length; at += piece) {
      pieces.add(Arrays.copyOfRange(sent, at, Math.min(sent.length, at + piece)));
    }
    var handedOn = new ByteArrayOutputStream();
    try {
      while (true) {
        handedOn.writeBytes(frames.next());
      }
    } catch (DataReader.InsufficientDataAvailableException e) {
      // That was all.
    }
    var bytes = ByteBuffer.wrap(handedOn.toByteArray());
    var preface = new byte[PREFACE.length];
    bytes.get(preface);
    assertThat(preface).isEqualTo(PREFACE);
    var got = new ArrayList<Frame>();
    while (bytes.hasRemaining()) {
      int lengthAndType = bytes.getInt();
      int flags = bytes.get();
      int stream = bytes.getInt();
      var payload = new byte[lengthAndType >>> 8];
      bytes.get(payload);
      got.add(new Frame(lengthAndType & 0xff, flags, stream, payload));
    }
    return got;
  }

  /** Remembered, so that the decoder has to follow; the second time the same one. */
  private static byte[] head(String name, String value) {
    var block = new ByteArrayOutputStream();
    block.write(0x40);
    for (String text : List.of(name, value)) {
      if (text.length() < 127) {
        block.write(text.length());
      } else {
        int rest = text.length() - 127;
        block.writeBytes(new byte[] {127, (byte) ((rest & 127) | 128)});
        block.writeBytes(new byte[] {(byte) (((rest >> 7) & 127) | 128), (byte) (rest >> 14)});
      }
      block.writeBytes(text.getBytes(US_ASCII));
    }
    return block.toByteArray();
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .putInt((payload.length << 8) | type)
        .put((byte) flags)
        .putInt(stream)
        .put(payload)
        .array();
  }
}
