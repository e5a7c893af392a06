package io.heliograph.cli.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Text that may be JSON. */
public final class JsonText {
  static final JsonFactory JSON = new JsonFactory();

  private JsonText() {}

  /** Whether this is exactly one JSON value. */
  public static boolean isValue(String text) {
    return firstToken(text) != null;
  }

  /**
   * The text without white space between its tokens, so that it fits on a line; numbers and strings
   * stay as they are written. Empty unless it is one object or array.
   */
  public static Optional<String> compactStructure(String text) {
    JsonToken first = firstToken(text);
    if (first == null || !first.isStructStart()) {
      return Optional.empty();
    }
    return Optional.of(compact(text));
  }

  /** JSON without white space between its tokens; numbers and strings stay as they are written. */
  public static String compact(String text) {
    var compact = new StringBuilder(text.length());
    boolean inString = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (inString) {
        compact.append(c);
        if (c == '\\') {
          compact.append(text.charAt(++i));
        } else if (c == '"') {
          inString = false;
        }
      } else if (c > ' ') {
        compact.append(c);
        inString = c == '"';
      }
    }
    return compact.toString();
  }

  /** The same over several lines, two blanks deeper with each bracket. */
  public static Optional<String> prettyStructure(String text) {
    return compactStructure(text).map(JsonText::indented);
  }

  private static String indented(String compact) {
    var pretty = new StringBuilder(compact.length() * 2);
    boolean inString = false;
    int depth = 0;
    for (int i = 0; i < compact.length(); i++) {
      char c = compact.charAt(i);
      if (inString || c == '"') {
        pretty.append(c);
        if (c == '\\') {
          pretty.append(compact.charAt(++i));
        } else if (c == '"') {
          inString = !inString;
        }
        continue;
      }
      switch (c) {
        case '{', '[' -> {
          char next = compact.charAt(i + 1);
          if (next == '}' || next == ']') {
            pretty.append(c).append(next);
            i++;
          } else {
            line(pretty.append(c), ++depth);
          }
        }
        case '}', ']' -> {
          line(pretty, --depth);
          pretty.append(c);
        }
        case ',' -> line(pretty.append(c), depth);
        case ':' -> pretty.append(": ");
        default -> pretty.append(c);
      }
    }
    return pretty.toString();
  }

  private static void line(StringBuilder pretty, int depth) {
    pretty.append('\n').repeat("  ", depth);
  }

  /** The text of a field of the object, if this is an object and has it as a string. */
  public static Optional<String> stringField(String text, String name) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return Optional.empty();
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean found = parser.currentName().equals(name);
        if (parser.nextToken() == JsonToken.VALUE_STRING && found) {
          return Optional.of(parser.getText());
        }
        parser.skipChildren();
      }
      return Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be read", e);
    }
  }

  @SuppressWarnings("NullAway") // A parser answers null at the end, unannotated.
  private static @org.jspecify.annotations.Nullable JsonToken firstToken(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first != null) {
        parser.skipChildren();
        if (parser.nextToken() != null) {
          return null;
        }
      }
      return first;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot be read", e);
    }
  }
}
