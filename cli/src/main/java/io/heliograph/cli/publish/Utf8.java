package io.heliograph.cli.publish;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads UTF-8 that others will read again: what is none must not become U+FFFD on the way. */
final class Utf8 {
  static final String COMPLAINT = "not UTF-8; to convert it:  iconv -f LATIN1 -t UTF-8";

  private Utf8() {}

  static String strict(byte[] bytes) throws CharacterCodingException {
    // A new decoder reports what it cannot read.
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
