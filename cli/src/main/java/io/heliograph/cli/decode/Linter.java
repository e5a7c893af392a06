package io.heliograph.cli.decode;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Finds what the standard tells a reader to ignore without a word, and who wrote it did not mean
 * to: fields that do not exist, values that do not count, blocks that are no event. Not
 * thread-safe.
 *
 * @see <a
 *     href="https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation">
 *     WHATWG HTML, section 9.2.6</a>
 */
final class Linter {
  private static final int SHOWN = 40;

  private final Consumer<String> odd;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long lineNumber;
  private boolean lineFeedBelongs;
  // Of the block under way.
  private boolean hasData;
  private boolean hasType;
  private boolean hasFields;
  private long blockLine;

  /** Tells of each finding in a sentence that begins with the line's number. */
  Linter(Consumer<String> odd) {
    this.odd = odd;
  }

  void read(byte[] bytes, int offset, int length) {
    for (int i = offset; i < offset + length; i++) {
      byte b = bytes[i];
      if (b == '\n' && lineFeedBelongs) {
        lineFeedBelongs = false;
      } else if (b == '\n' || b == '\r') {
        lineFeedBelongs = b == '\r';
        endOfLine();
      } else {
        lineFeedBelongs = false;
        line.write(b);
      }
    }
  }

  void end() {
    if (line.size() > 0) {
      endOfLine();
      tell(lineNumber, "the last line has no end");
    }
    if (hasFields) {
      tell(blockLine, "no empty line ends the last block: it is dropped");
    }
  }

  private void endOfLine() {
    lineNumber++;
    byte[] bytes = line.toByteArray();
    line.reset();
    String text = decoded(bytes);
    if (lineNumber == 1 && text.startsWith("\ufeff")) {
      text = text.substring(1);
    }
    if (text.isEmpty()) {
      endOfBlock();
    } else if (text.charAt(0) != ':') {
      field(text);
    }
  }

  private void endOfBlock() {
    if (hasType && !hasData) {
      tell(blockLine, "a block with an event field and no data is no event");
    }
    hasData = false;
    hasType = false;
    hasFields = false;
  }

  private void field(String text) {
    if (!hasFields) {
      hasFields = true;
      blockLine = lineNumber;
    }
    int colon = text.indexOf(':');
    String name = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    value = value.startsWith(" ") ? value.substring(1) : value;
    switch (name) {
      case "data" -> hasData = true;
      case "event" -> hasType = true;
      case "id" -> {
        if (value.indexOf('\0') >= 0) {
          tell(lineNumber, "an id with a NUL is ignored");
        }
      }
      case "retry" -> {
        if (value.isEmpty() || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
          tell(lineNumber, "retry '" + shown(value) + "' is ignored: not all digits");
        }
      }
      default ->
          tell(
              lineNumber,
              "there is no field '"
                  + shown(name)
                  + "': the line is ignored"
                  + (known(name.strip()) ? "; names have no blanks and are in lower case" : ""));
    }
  }

  private static boolean known(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "data", "event", "id", "retry" -> true;
      default -> false;
    };
  }

  private String decoded(byte[] bytes) {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes))
          .toString();
    } catch (CharacterCodingException e) {
      tell(lineNumber, "not UTF-8: what is wrong becomes U+FFFD");
      return new String(bytes, StandardCharsets.UTF_8);
    }
  }

  private static String shown(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "...";
  }

  private void tell(long number, String what) {
    odd.accept("line " + number + ": " + what);
  }
}
