package io.heliograph.server.helidon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.http.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Heads are counted, and resets told, wherever the pieces of them end. */
class ScannedFramesTest {

  private static final int PADDED_AND_PRIORITY = 0x28;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100_000})
  void fieldsAreCountedInPiecesOfAnySize(int piece) {
    assertThatCode(() -> scan(connection(128), piece)).doesNotThrowAnyException();
    assertThatThrownBy(() -> scan(connection(129), piece)).isInstanceOf(Http2Exception.class);
  }

  @Test
  void aResetIsToldWhenAllOfItWasWorkedOffAndOnce() {
    var told = new ArrayList<Integer>();
    var scan = new ScannedFrames.Scan(told::add);
    byte[] reset = frame(3, 0, new byte[4]);
    reset[8] = 5; // The stream.

    scan.accept(connection(1));
    scan.accept(reset);
    assertThat(told).isEmpty();
    scan.workedOff();
    assertThat(told).containsExactly(5);

    scan.accept(reset);
    for (byte one : reset) {
      scan.accept(new byte[] {one});
      scan.workedOff();
      assertThat(told).hasSizeLessThanOrEqualTo(3);
    }
    assertThat(told).containsExactly(5, 5, 5);
  }

  @Test
  void aResetIsNotToldWhileItsLastByteIsMissing() {
    var told = new ArrayList<Integer>();
    var scan = new ScannedFrames.Scan(told::add);
    byte[] reset = frame(3, 0, new byte[4]);
    scan.accept(connection(1));

    scan.accept(Arrays.copyOf(reset, reset.length - 1));
    scan.workedOff();
    assertThat(told).isEmpty();

    scan.accept(new byte[1]);
    scan.workedOff();
    assertThat(told).hasSize(1);
  }

  private static void scan(byte[] bytes, int piece) {
    var scan = new ScannedFrames.Scan(_ -> {});
    for (int at = 0; at < bytes.length; at += piece) {
      scan.accept(Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
    }
  }

  /** Heads of all forms with so many fields each, and other frames that look like fields. */
  private static byte[] connection(int fields) {
    byte[] head = head(fields);
    var out = new ByteArrayOutputStream();
    out.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    out.writeBytes(frame(4, 0, new byte[0]));
    out.writeBytes(frame(0, 1, filled(5_000)));
    // Whole, padded with what looks like fields, and in three frames.
    var padded = new ByteArrayOutputStream();
    padded.write(200);
    padded.writeBytes(new byte[5]);
    padded.writeBytes(head);
    padded.writeBytes(filled(200));
    out.writeBytes(frame(1, 4 | PADDED_AND_PRIORITY, padded.toByteArray()));
    out.writeBytes(frame(1, 4, head));
    int third = head.length / 3;
    out.writeBytes(frame(1, 0, Arrays.copyOfRange(head, 0, third)));
    out.writeBytes(frame(9, 0, Arrays.copyOfRange(head, third, 2 * third)));
    out.writeBytes(frame(9, 4, Arrays.copyOfRange(head, 2 * third, head.length)));
    out.writeBytes(frame(8, 0, filled(4)));
    out.writeBytes(frame(1, 5, head));
    return out.toByteArray();
  }

  private static byte[] filled(int length) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) 0x82);
    return bytes;
  }

  private static byte[] head(int fields) {
    var out = new ByteArrayOutputStream();
    for (int i = 0; i < fields; i++) {
      switch (i % 5) {
        case 0 -> out.write(0x82); // Indexed.
        case 1 -> out.writeBytes(new byte[] {(byte) 0xff, (byte) 0x80, 0x01}); // Indexed, far off.
        case 2 -> { // A new name, remembered; a value of 300 bytes.
          out.writeBytes(new byte[] {0x40, 1, 'x', 0x7f, (byte) 0xad, 0x01});
          out.writeBytes(filled(300));
        }
        case 3 -> out.writeBytes(new byte[] {0x0f, 0x10, (byte) 0x82, 1, 2}); // Huffman's code.
        default -> out.writeBytes(new byte[] {0x10, 0, 0}); // Never remembered, both empty.
      }
    }
    return out.toByteArray();
  }

  private static byte[] frame(int type, int flags, byte[] payload) {
    return ByteBuffer.allocate(9 + payload.length)
        .put((byte) (payload.length >> 16))
        .putShort((short) payload.length)
        .put((byte) type)
        .put((byte) flags)
        .putInt(1)
        .put(payload)
        .array();
  }
}
