package io.heliograph.server.helidon.hpack;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.helidon.http.http2.Http2Exception;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadDecoderTest {

  private static final int INDEXED = 0x80;
  private static final int REMEMBERED = 0x40;
  private static final int RESIZED = 0x20;
  private static final int NEVER_REMEMBERED = 0x10;
  private static final int NOT_REMEMBERED = 0x00;
  private static final int HUFFMAN = 0x80;
  private static final int OVERHEAD = 32;
  private static final int FIRST_REMEMBERED = 62;

  private final ByteArrayOutputStream block = new ByteArrayOutputStream();
  private final HeadDecoder decoder = new HeadDecoder();

  /** RFC 7541, appendix C.4. */
  @Test
  void theExamplesOfTheStandardAreDecoded() {
    assertThat(hex("828684418cf1e3c2e5f23a6ba0ab90f4ff"))
        .isEqualTo(fields(":method GET", ":scheme http", ":path /", ":authority www.example.com"));
    assertThat(hex("828684be5886a8eb10649cbf"))
        .isEqualTo(
            fields(
                ":method GET",
                ":scheme http",
                ":path /",
                ":authority www.example.com",
                "cache-control no-cache"));
    assertThat(hex("828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf"))
        .isEqualTo(
            fields(
                ":method GET",
                ":scheme https",
                ":path /index.html",
                ":authority www.example.com",
                "custom-key custom-value"));
  }

  /** RFC 7541, appendix C.5: a table of 256 bytes, so that the oldest are dropped. */
  @Test
  void theOldestFieldIsForgottenWhereThereIsNoRoom() {
    hex("3fe101"); // 256.
    hex(
        "4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54"
            + "6e1768747470733a2f2f7777772e6578616d706c652e636f6d");
    assertThat(hex("4803333037c1c0bf"))
        .isEqualTo(
            fields(
                ":status 307",
                "cache-control private",
                "date Mon, 21 Oct 2013 20:13:21 GMT",
                "location https://www.example.com"));
    assertThatThrownBy(() -> hex("c2")).isInstanceOf(Http2Exception.class); // The first 302.
  }

  @Test
  void everyFormOfAFieldIsDecoded() {
    literal(REMEMBERED, "one", "1");
    literal(NOT_REMEMBERED, "two", "");
    literal(NEVER_REMEMBERED, "three", "\u00e9");
    block.write(INDEXED | FIRST_REMEMBERED);
    block.write(NOT_REMEMBERED | 0x0f); // The name of number 62, in two bytes.
    block.write(FIRST_REMEMBERED - 0x0f);
    text("other");

    assertThat(decode().fields())
        .isEqualTo(fields("one 1", "two ", "three \u00e9", "one 1", "one other"));
  }

  @Test
  void aFieldThatIsLargerThanTheTableEmptiesItAndIsAField() {
    literal(REMEMBERED, "small", "1");
    literal(REMEMBERED, "large", "x".repeat(HeadDecoder.MAX_TABLE_BYTES));
    literal(REMEMBERED, "next", "2");
    block.write(INDEXED | FIRST_REMEMBERED);

    Head head = decode();
    assertThat(head.complete()).isTrue();
    assertThat(head.fields())
        .extracting(Head.Field::name)
        .containsExactly("small", "large", "next", "next");
    block.write(INDEXED | (FIRST_REMEMBERED + 1));
    assertThatThrownBy(this::decode).isInstanceOf(Http2Exception.class);
  }

  @Test
  void theTableIsFilledToTheByte() {
    literal(REMEMBERED, "a", "x".repeat(HeadDecoder.MAX_TABLE_BYTES - OVERHEAD - 1));
    block.write(INDEXED | FIRST_REMEMBERED);
    assertThat(decode().fields()).hasSize(2);

    block.write(RESIZED | 0x1f); // One less: 4095.
    block.write(0xe0);
    block.write(0x1f);
    block.write(INDEXED | FIRST_REMEMBERED);
    assertThatThrownBy(this::decode).isInstanceOf(Http2Exception.class);
  }

  @Test
  void ofTooManyFieldsThoseWithinTheBoundAreKeptAndTheRestIsRemembered() {
    for (int i = 0; i < HeadDecoder.MAX_FIELDS; i++) {
      literal(NOT_REMEMBERED, "n", "");
    }
    assertThat(decode().complete()).isTrue();

    for (int i = 0; i < HeadDecoder.MAX_FIELDS; i++) {
      literal(NOT_REMEMBERED, "n", "");
    }
    literal(REMEMBERED, "later", "1");
    Head head = decode();
    assertThat(head.complete()).isFalse();
    assertThat(head.fields()).hasSize(HeadDecoder.MAX_FIELDS);

    block.write(INDEXED | FIRST_REMEMBERED);
    assertThat(decode().fields()).isEqualTo(fields("later 1"));
  }

  @Test
  void ofASmallBlockThatStandsForALargeHeadLittleIsKept() {
    literal(REMEMBERED, "n", "x".repeat(4_000));
    for (int i = 0; i < 14_000; i++) {
      block.write(INDEXED | FIRST_REMEMBERED);
    }

    Head head = decode(); // 56 MB.
    assertThat(head.complete()).isFalse();
    assertThat(head.fields()).hasSize(8);
  }

  @Test
  void theBoundIsMetToTheByte() {
    literal(NOT_REMEMBERED, "n", "x".repeat(HeadDecoder.MAX_BYTES - OVERHEAD - 1));
    assertThat(decode().complete()).isTrue();

    literal(NOT_REMEMBERED, "n", "x".repeat(HeadDecoder.MAX_BYTES - OVERHEAD));
    assertThat(decode().complete()).isFalse();
  }

  @Test
  void aTargetThatIsTooLongIsLeftOut() {
    literal(NOT_REMEMBERED, ":path", "/" + "u".repeat(HeadDecoder.MAX_TARGET_BYTES - 1));
    assertThat(decode().targetTooLong()).isFalse();

    literal(NOT_REMEMBERED, ":path", "/" + "u".repeat(HeadDecoder.MAX_TARGET_BYTES));
    Head head = decode();
    assertThat(head.targetTooLong()).isTrue();
    assertThat(head.complete()).isTrue();
    assertThat(head.fields()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "80", // Number 0.
        "be", // A field that nobody has named.
        "ffffffffff7f", // A number beyond all bounds.
        "ff", // A number without an end.
        "40", // Nothing after the first byte.
        "4001", // A name that has not come.
        "400161", // No value.
        "40016105", // A value that has not come.
        "400161ff", // A length without an end.
        "3fe21f", // A table of 4097 bytes.
        "8220", // Another size after a field.
        "408461ffffff0161", // Padding that is longer than a byte.
        "4081000161", // Padding that is not all ones.
        "4084ffffffff0161" // The end of a text within it.
      })
  void whatIsMalformedEndsTheConnection(String bytes) {
    assertThatThrownBy(() -> hex(bytes)).isInstanceOf(Http2Exception.class);
  }

  @Test
  void aFieldWithoutANameEndsTheConnection() {
    literal(NOT_REMEMBERED, "", "value");
    assertThatThrownBy(this::decode).hasMessageContaining("no name");
  }

  @Test
  void compressedTextThatIsNotAsciiIsNoOtherCharacterOfATarget() {
    block.write(NOT_REMEMBERED);
    text("n");
    block.write(HUFFMAN | 3); // 0x80 has the 20 bits 0xfffe6.
    block.writeBytes(new byte[] {(byte) 0xff, (byte) 0xfe, 0x6f});

    assertThat(decode().fields()).isEqualTo(fields("n \u00ff"));
  }

  @Test
  void whatIsEncodedIsDecodedTheSameAndRemembersNothing() {
    literal(REMEMBERED, "one", "1");
    literal(NOT_REMEMBERED, ":path", "/x?y=z");
    literal(NOT_REMEMBERED, "two", "x".repeat(300));
    literal(NOT_REMEMBERED, "heliograph-refusal", "431"); // Nobody may say this but the server.
    literal(NOT_REMEMBERED, ":unknown", "\u00ff");
    byte[] encoded = decode().encoded();

    var other = new HeadDecoder();
    assertThat(other.decode(encoded).fields())
        .isEqualTo(fields("one 1", ":path /x?y=z", "two " + "x".repeat(300), ":unknown \u00ff"));
    assertThatThrownBy(() -> other.decode(new byte[] {(byte) (INDEXED | FIRST_REMEMBERED)}))
        .isInstanceOf(Http2Exception.class);
  }

  @Test
  void aRefusedHeadSaysWhyAndKeepsWhatARequestNeeds() {
    literal(NOT_REMEMBERED, ":method", "post");
    literal(NOT_REMEMBERED, ":path", "/a");
    literal(NOT_REMEMBERED, "host", "h");
    literal(NOT_REMEMBERED, "accept", "x");

    assertThat(new HeadDecoder().decode(decode().encoded()).fields())
        .isEqualTo(fields(":method POST", ":path /a", "host h", "heliograph-refusal 400"));
  }

  private static List<Head.Field> fields(String... fields) {
    return List.of(fields).stream()
        .map(field -> field.split(" ", 2))
        .map(field -> new Head.Field(field[0], field[1]))
        .toList();
  }

  private List<Head.Field> hex(String bytes) {
    return decoder.decode(HexFormat.of().parseHex(bytes)).fields();
  }

  private Head decode() {
    byte[] bytes = block.toByteArray();
    block.reset();
    return decoder.decode(bytes);
  }

  private void literal(int first, String name, String value) {
    block.write(first);
    text(name);
    text(value);
  }

  private void text(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    if (bytes.length < 127) {
      block.write(bytes.length);
    } else {
      block.write(127);
      int rest = bytes.length - 127;
      for (; rest >= 128; rest >>= 7) {
        block.write((rest & 127) | 128);
      }
      block.write(rest);
    }
    block.writeBytes(bytes);
  }
}
