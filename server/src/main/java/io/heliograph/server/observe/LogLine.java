package io.heliograph.server.observe;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A log entry: a message and its fields. As text it is one line, {@code opened user=alice
 * agent="curl/8 (x)"}; {@code log.format=json} writes the same fields as members. Not thread-safe
 * until it is logged: {@code LOG.log(level, "{0}", line)}.
 */
public final class LogLine {

  // Bounds what a stranger can make a line of the log.
  private static final int MAX_VALUE_LENGTH = 300;

  private final String message;
  private final Map<String, Object> fields = new LinkedHashMap<>();

  private LogLine(String message) {
    this.message = message;
  }

  /** Creates a line without fields. The message is a constant of the code, never external input. */
  public static LogLine of(String message) {
    return new LogLine(message);
  }

  /**
   * Adds a field, unless the value is an empty optional or an empty text.
   *
   * @param value a number, a boolean, or any object, which is converted to text; may contain any
   *     characters
   */
  public LogLine with(String name, Object value) {
    switch (value) {
      case Optional<?> optional -> optional.ifPresent(inner -> with(name, inner));
      case Number number -> fields.put(name, number);
      case Boolean flag -> fields.put(name, flag);
      default -> {
        String text = value.toString();
        if (!text.isEmpty()) {
          fields.put(name, text.substring(0, Math.min(text.length(), MAX_VALUE_LENGTH)));
        }
      }
    }
    return this;
  }

  public String message() {
    return message;
  }

  /** The fields in order of addition: texts, numbers and booleans. */
  public Map<String, Object> fields() {
    return Collections.unmodifiableMap(fields);
  }

  /** One line, whatever the fields contain. */
  @Override
  public String toString() {
    var line = new StringBuilder(message);
    fields.forEach((name, value) -> append(line.append(' ').append(name).append('='), value));
    return line.toString();
  }

  private static void append(StringBuilder line, Object value) {
    String text = value.toString();
    if (text.chars().noneMatch(LogLine::needsQuotes)) {
      line.append(text);
      return;
    }
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        line.append('\\').append(c);
      } else if (isUnsafe(c)) {
        line.append("\\u%04x".formatted((int) c));
      } else {
        line.append(c);
      }
    }
    line.append('"');
  }

  private static boolean needsQuotes(int c) {
    return c == ' ' || c == '"' || c == '\\' || c == '=' || isUnsafe((char) c);
  }

  /**
   * Whether a character breaks a line or controls a terminal: control characters, separators, bidi
   * controls.
   */
  private static boolean isUnsafe(char c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          true;
      default -> false;
    };
  }
}
