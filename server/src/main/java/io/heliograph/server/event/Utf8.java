package io.heliograph.server.event;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** UTF-8 without silent replacement: accepted text arrives unchanged. */
public final class Utf8 {

  private static final char REPLACEMENT = '\ufffd';

  private Utf8() {}

  /** Whether the text contains an unpaired surrogate, which UTF-8 cannot encode. */
  public static boolean isMalformed(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        boolean pair =
            Character.isHighSurrogate(c)
                && i + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(i + 1));
        if (!pair) {
          return true;
        }
        i++;
      }
    }
    return false;
  }

  /** Whether the text has more than {@code most} bytes in UTF-8. */
  public static boolean isLonger(String text, int most) {
    // A character takes three bytes at most, so a short text need not be encoded to be measured.
    return text.length() > most / 3 && text.getBytes(StandardCharsets.UTF_8).length > most;
  }

  /**
   * Decodes UTF-8.
   *
   * @throws InvalidValueException if the bytes are not valid UTF-8
   */
  public static String decode(byte[] bytes) {
    // The JDK's own decoder replaces what is malformed, and is many times faster.
    String text = new String(bytes, StandardCharsets.UTF_8);
    return text.indexOf(REPLACEMENT) < 0 ? text : decodeStrictly(bytes);
  }

  /** For a text that holds the replacement itself, or something malformed. */
  private static String decodeStrictly(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new InvalidValueException("The text is not valid UTF-8.", e);
    }
  }
}
