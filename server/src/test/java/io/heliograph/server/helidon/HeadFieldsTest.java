package io.heliograph.server.helidon;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.http.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

class HeadFieldsTest {

  private static final int REMEMBERED = 0x40;
  private static final int NOT_REMEMBERED = 0x00;
  private static final int RESIZED = 0x20;
  private static final int HUFFMAN = 0x80;
  private static final int OVERHEAD = 32;

  private final ByteArrayOutputStream head = new ByteArrayOutputStream();
  private final HeadFields fields = new HeadFields();

  @Test
  void aFieldIsRememberedIfThereIsRoom() {
    literal(REMEMBERED, "name", HeadFields.MAX_TABLE_BYTES - OVERHEAD - 4);
    literal(REMEMBERED, "", HeadFields.MAX_TABLE_BYTES - OVERHEAD);
    assertThatCode(this::read).doesNotThrowAnyException();
  }

  @Test
  void aFieldThatIsLargerThanTheRoomIsRefused() {
    literal(REMEMBERED, "name", HeadFields.MAX_TABLE_BYTES - OVERHEAD - 3);
    assertThatThrownBy(this::read)
        .isInstanceOf(Http2Exception.class)
        .hasMessageContaining("4096 bytes")
        .hasMessageContaining("without indexing");
  }

  @Test
  void aLargeFieldThatIsNotRememberedPasses() {
    literal(NOT_REMEMBERED, "name", 3 * HeadFields.MAX_TABLE_BYTES);
    literal(NOT_REMEMBERED, "name", 1);
    assertThatCode(this::read).doesNotThrowAnyException();
  }

  @Test
  void theRoomIsWhatThePeerSays() {
    head.write(RESIZED | 0x1f); // 100, in two bytes (RFC 7541, section 5.1).
    head.write(100 - 0x1f);
    literal(REMEMBERED, "name", 100 - OVERHEAD - 4);
    assertThatCode(this::read).doesNotThrowAnyException();

    literal(REMEMBERED, "name", 100 - OVERHEAD - 3);
    assertThatThrownBy(this::read).hasMessageContaining("100 bytes");
  }

  @Test
  void aNameByItsNumberCountsAsTheLongestThatItMayBe() {
    literal(REMEMBERED, "n".repeat(2000), 0);
    head.write(REMEMBERED | 62);
    text(2000);
    assertThatCode(this::read).doesNotThrowAnyException();

    head.write(REMEMBERED | 62);
    text(2100);
    assertThatThrownBy(this::read).isInstanceOf(Http2Exception.class);
  }

  @Test
  void compressedTextCountsByItsCharacters() {
    huffman(HeadFields.MAX_TABLE_BYTES - OVERHEAD);
    assertThatCode(this::read).doesNotThrowAnyException();

    huffman(HeadFields.MAX_TABLE_BYTES - OVERHEAD + 8);
    assertThatThrownBy(this::read).isInstanceOf(Http2Exception.class);
  }

  /** A field with an empty name and a value of as many zeros, eight of which take five bytes. */
  private void huffman(int characters) {
    head.write(REMEMBERED);
    head.write(0);
    number(HUFFMAN, characters / 8 * 5);
    head.writeBytes(new byte[characters / 8 * 5]);
  }

  private void literal(int first, String name, int valueLength) {
    head.write(first);
    number(0, name.length());
    head.writeBytes(name.getBytes(US_ASCII));
    text(valueLength);
  }

  private void text(int length) {
    number(0, length);
    head.writeBytes("x".repeat(length).getBytes(US_ASCII));
  }

  /** Of seven bits in the first byte (RFC 7541, section 5.1). */
  private void number(int first, int number) {
    if (number < 127) {
      head.write(first | number);
      return;
    }
    head.write(first | 127);
    int rest = number - 127;
    for (; rest >= 128; rest >>= 7) {
      head.write((rest & 127) | 128);
    }
    head.write(rest);
  }

  private void read() {
    byte[] bytes = head.toByteArray();
    head.reset();
    for (byte one : bytes) {
      fields.accept(one);
    }
    fields.startOver();
  }
}
