package io.heliograph.server.helidon;

import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;

/**
 * Follows the fields of an HTTP/2 connection's heads (RFC 7541, section 6) in whatever pieces they
 * come, and refuses what must not be decoded:
 *
 * <ul>
 *   <li>More fields than any request needs. On the wire a field that came before is a byte (section
 *       6.1): 14 KB of them cost Helidon, which bounds only what is on the wire, hundreds of
 *       megabytes.
 *   <li>A field that is to be remembered and is larger than all the room for what is remembered: it
 *       is lawful (section 4.4), and no use to anybody.
 * </ul>
 *
 * <p>Decodes nothing. Confined to the thread that reads.
 *
 * <p>Goes with {@link ScannedFrames}.
 */
final class HeadFields {

  static final int MAX_FIELDS = 128;

  /** The room in bytes: the default of RFC 9113, section 6.5.2, which Helidon leaves as it is. */
  static final int MAX_TABLE_BYTES = 4096;

  private static final int FIELD_OVERHEAD = 32; // RFC 7541, section 4.1.
  private static final int LONGEST_STATIC_NAME = "access-control-allow-origin".length();

  private enum Next {
    FIELD,
    REST_OF_INDEX,
    LENGTH,
    REST_OF_LENGTH,
    STRING
  }

  private static final int MORE = 0x80;
  private static final int LONGEST = 0x7f;
  private static final int MAX_SHIFT = 21;

  private final HuffmanLength huffman = new HuffmanLength();

  private Next next = Next.FIELD;
  private int count;
  private int strings;
  private int length;
  private int shift;

  private int tableBytes = MAX_TABLE_BYTES;
  // An index may stand for the name of any field that came before.
  private int longestName = LONGEST_STATIC_NAME;
  private boolean remembered;
  private boolean resize;
  private boolean isHuffman;
  private long number;
  private int fieldBytes;

  /** A head has ended. */
  void startOver() {
    next = Next.FIELD;
    count = 0;
  }

  /**
   * The next byte of a head.
   *
   * @throws Http2Exception if the head is refused
   */
  void accept(byte one) {
    switch (next) {
      case FIELD -> begin(one & 0xff);
      case REST_OF_INDEX -> {
        if (shift > MAX_SHIFT) {
          throw new Http2Exception(
              Http2ErrorCode.COMPRESSION, "An integer in the header block has no end.");
        }
        number += (long) (one & LONGEST) << shift;
        shift += 7;
        if ((one & MORE) == 0) {
          endOfNumber();
        }
      }
      case LENGTH -> {
        isHuffman = (one & MORE) != 0;
        huffman.startOver();
        length = one & LONGEST;
        shift = 0;
        if (length == LONGEST) {
          next = Next.REST_OF_LENGTH;
        } else {
          beginString();
        }
      }
      case REST_OF_LENGTH -> {
        if (shift > MAX_SHIFT) {
          throw new Http2Exception(
              Http2ErrorCode.COMPRESSION, "A string in the header block has no end.");
        }
        length += (one & LONGEST) << shift;
        shift += 7;
        if ((one & MORE) == 0) {
          beginString();
        }
      }
      case STRING -> {
        fieldBytes += isHuffman ? huffman.accept(one) : 1;
        if (--length == 0) {
          endOfString();
        }
      }
    }
  }

  private void begin(int first) {
    boolean indexed = (first & 0x80) != 0;
    remembered = !indexed && (first & 0x40) != 0;
    resize = !indexed && !remembered && (first & 0x20) != 0;
    int mask = indexed ? 0x7f : remembered ? 0x3f : resize ? 0x1f : 0x0f;
    int index = first & mask;
    strings = indexed || resize ? 0 : index == 0 ? 2 : 1;
    fieldBytes = FIELD_OVERHEAD + (strings == 1 ? longestName : 0);
    if (++count > MAX_FIELDS) {
      throw new Http2Exception(
          Http2ErrorCode.ENHANCE_YOUR_CALM,
          "The header block has more than " + MAX_FIELDS + " fields.");
    }
    number = index;
    shift = 0;
    if (index == mask) {
      next = Next.REST_OF_INDEX;
    } else {
      endOfNumber();
    }
  }

  private void endOfNumber() {
    if (resize) {
      tableBytes = (int) Math.min(number, MAX_TABLE_BYTES); // More is an error, which Helidon sees.
    }
    nextString();
  }

  private void endOfString() {
    if (strings == 1 && remembered) { // It was the name.
      longestName = Math.max(longestName, fieldBytes - FIELD_OVERHEAD);
    } else if (strings == 0 && remembered && fieldBytes > tableBytes) {
      throw new Http2Exception(
          Http2ErrorCode.ENHANCE_YOUR_CALM,
          "A field of a head is to be remembered, which takes more than "
              + tableBytes
              + " bytes. Send large fields without indexing.");
    }
    nextString();
  }

  private void nextString() {
    next = strings-- > 0 ? Next.LENGTH : Next.FIELD;
  }

  private void beginString() {
    if (length == 0) {
      endOfString();
    } else {
      next = Next.STRING;
    }
  }

  /** Counts the characters of a text in the code of RFC 7541, appendix B, which is canonical. */
  private static final class HuffmanLength {

    /** How many characters have a code of as many bits. */
    private static final int[] CODES = {
      0, 0, 0, 0, 0, 10, 26, 32, 6, 0, 5, 3, 2, 6, 2, 3, 0, 0, 0, 3, 8, 13, 26, 29, 12, 4, 15, 19,
      29, 0, 4
    };

    private int bits;
    private int code;
    private int first;

    void startOver() {
      bits = 0;
      code = 0;
      first = 0;
    }

    /** Answers how many characters end in the byte. */
    int accept(byte one) {
      int ended = 0;
      for (int i = Byte.SIZE - 1; i >= 0; i--) {
        bits++;
        code = (code << 1) | ((one >> i) & 1);
        first <<= 1;
        if (bits == CODES.length) {
          startOver(); // No code: Helidon sees it.
        } else if (code - first < CODES[bits]) {
          ended++;
          startOver();
        } else {
          first += CODES[bits];
        }
      }
      return ended;
    }
  }
}
