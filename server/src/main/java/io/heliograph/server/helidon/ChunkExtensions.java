package io.heliograph.server.helidon;

/**
 * Checks the extensions of a chunk byte by byte: a name, and a value where there is one (RFC 9112,
 * section 7.1.1). What they say is ignored.
 *
 * <p>Goes with {@link Http1Framing}.
 */
final class ChunkExtensions {

  private static final int MAX_BYTES = 1024;

  /** Where the next byte is. */
  private enum Part {
    BEFORE_NAME,
    NAME,
    BEFORE_VALUE,
    VALUE,
    QUOTED,
    ESCAPED,
    AFTER
  }

  private int bytes;
  private Part part = Part.BEFORE_NAME;

  /** A new chunk begins. */
  void reset() {
    bytes = 0;
  }

  /** A ';' stands before the next byte. */
  void begin() {
    part = Part.BEFORE_NAME;
  }

  /** Whether one more blank before the first extension is tolerable. */
  boolean toleratesBlank() {
    return ++bytes <= MAX_BYTES;
  }

  /** Takes the next byte, and answers whether it is the CR that ends the extensions. */
  boolean endsWith(byte b) {
    if (++bytes > MAX_BYTES) {
      throw Http1Framing.malformed("The chunk extension is longer than 1 KiB.");
    }
    boolean token = Http1Head.isToken(b);
    boolean whole = part == Part.NAME || part == Part.VALUE || part == Part.AFTER;
    if (part == Part.QUOTED || part == Part.ESCAPED) {
      if (Http1Head.isControl(b)) {
        throw Http1Framing.malformed("The chunk extension contains a control character.");
      }
      boolean plain = part == Part.ESCAPED;
      part = !plain && b == '"' ? Part.AFTER : !plain && b == '\\' ? Part.ESCAPED : Part.QUOTED;
    } else if (b == '\r' && whole) {
      return true;
    } else if (b == ';' && whole) {
      part = Part.BEFORE_NAME;
    } else if (b == '=' && (part == Part.NAME || part == Part.AFTER)) {
      part = Part.BEFORE_VALUE;
    } else if (token && (part == Part.BEFORE_NAME || part == Part.NAME)) {
      part = Part.NAME;
    } else if (token && (part == Part.BEFORE_VALUE || part == Part.VALUE)) {
      part = Part.VALUE;
    } else if (b == '"' && part == Part.BEFORE_VALUE) {
      part = Part.QUOTED;
    } else if (b == ' ' || b == '\t') {
      part = whole ? Part.AFTER : part;
    } else {
      throw Http1Framing.malformed("The chunk extension does not follow RFC 9112, section 7.1.1.");
    }
    return false;
  }
}
