package io.heliograph.client.internal.json;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The little JSON that the protocol needs, so that this library drags no JSON library into its
 * users' programs. RFC 8259.
 */
public final class Json {
  // Nesting is bounded because each level costs stack; the data comes from outside.
  private static final int MAX_DEPTH = 500;

  /** The word null. */
  public static final Object NULL = new Object();

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** Whether the text is exactly one JSON value, white space around it allowed. */
  public static boolean isValue(String text) {
    return tree(text).isPresent();
  }

  /**
   * The fields of an object whose values are strings (unescaped), numbers, {@code true}, {@code
   * false} or {@code null} (as written); those with objects and arrays are left out. Of a name that
   * stands twice, the last counts.
   *
   * @return no fields if the text is not a JSON object
   */
  public static Map<String, String> fields(String text) {
    var fields = new LinkedHashMap<String, String>();
    if (tree(text).orElse(NULL) instanceof Map<?, ?> members) {
      members.forEach(
          (name, value) -> {
            if (value instanceof String string) {
              fields.put((String) name, string);
            } else if (!(value instanceof Map) && !(value instanceof List)) {
              fields.put((String) name, write(value));
            }
          });
    }
    return fields;
  }

  /**
   * A value as objects of Java: {@code Map}, {@code List}, {@code String}, {@code Boolean}, {@link
   * JsonNumber}, and {@link #NULL}. Of a name that stands twice, the last counts.
   *
   * @return empty if the text is not exactly one JSON value
   */
  public static Optional<Object> tree(String text) {
    var json = new Json(text);
    Object node = json.node(0);
    return node != null && json.atEnd() ? Optional.of(node) : Optional.empty();
  }

  /**
   * A number as it was written.
   *
   * @param text by RFC 8259
   */
  public record JsonNumber(String text) {}

  /** The text as a JSON string, quotes included. */
  public static String quote(String text) {
    var out = new StringBuilder(text.length() + 16).append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u00").append(Character.forDigit(c >> 4, 16));
            out.append(Character.forDigit(c & 15, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    return out.append('"').toString();
  }

  /** A value of {@link #tree} as JSON, without white space; numbers as they were written. */
  static String write(Object node) {
    if (node instanceof Map<?, ?> map) {
      return map.entrySet().stream()
          .map(e -> quote((String) e.getKey()) + ":" + write(e.getValue()))
          .collect(Collectors.joining(",", "{", "}"));
    } else if (node instanceof List<?> list) {
      return list.stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
    } else if (node instanceof String string) {
      return quote(string);
    } else if (node instanceof JsonNumber number) {
      return number.text();
    }
    return node.equals(NULL) ? "null" : node.toString();
  }

  /**
   * The text, if UTF-8 can carry it. Java would send a question mark for half of a surrogate pair:
   * as a user id that is somebody else.
   *
   * @param what it is, for the message
   * @throws IllegalArgumentException if it holds half of a surrogate pair
   */
  public static String encodable(String what, String text) {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new IllegalArgumentException(
          "the " + what + " contains an unpaired surrogate, which UTF-8 cannot encode");
    }
    return text;
  }

  private boolean atEnd() {
    skipSpace();
    return at == text.length();
  }

  /** Null if there is no value here. */
  private @Nullable Object node(int depth) {
    skipSpace();
    if (at == text.length() || depth > MAX_DEPTH) {
      return null;
    }
    int start = at;
    return switch (text.charAt(at)) {
      case '{' -> map(depth);
      case '[' -> list(depth);
      case '"' -> string();
      default -> {
        if (word()) {
          String word = text.substring(start, at);
          yield word.equals("null") ? NULL : (Object) word.equals("true");
        }
        yield number() ? new JsonNumber(text.substring(start, at)) : null;
      }
    };
  }

  private @Nullable Object map(int depth) {
    var map = new LinkedHashMap<String, Object>();
    at++;
    if (take('}')) {
      return map;
    }
    do {
      skipSpace();
      String name = string();
      if (name == null || !take(':')) {
        return null;
      }
      Object value = node(depth + 1);
      if (value == null) {
        return null;
      }
      map.put(name, value);
    } while (take(','));
    return take('}') ? map : null;
  }

  private @Nullable Object list(int depth) {
    var list = new ArrayList<Object>();
    at++;
    if (take(']')) {
      return list;
    }
    do {
      Object value = node(depth + 1);
      if (value == null) {
        return null;
      }
      list.add(value);
    } while (take(','));
    return take(']') ? list : null;
  }

  private @Nullable String string() {
    if (!peek('"')) {
      return null;
    }
    var value = new StringBuilder();
    for (at++; at < text.length(); at++) {
      char c = text.charAt(at);
      if (c == '"') {
        at++;
        return value.toString();
      }
      int read = c == '\\' ? escape() : c < ' ' ? -1 : c;
      if (read < 0) {
        return null;
      }
      value.append((char) read);
    }
    return null;
  }

  /** The character behind a backslash, -1 if there is none; stops on the last one it used. */
  private int escape() {
    if (++at == text.length()) {
      return -1;
    }
    return switch (text.charAt(at)) {
      case '"' -> '"';
      case '\\' -> '\\';
      case '/' -> '/';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          int digit = ++at < text.length() ? hex(text.charAt(at)) : -1;
          if (digit < 0) {
            yield -1;
          }
          code = code << 4 | digit;
        }
        yield code;
      }
      default -> -1;
    };
  }

  private static int hex(char c) {
    return c < 128 ? Character.digit(c, 16) : -1; // digit() also knows Arabic and others.
  }

  private boolean word() {
    for (String word : new String[] {"true", "false", "null"}) {
      if (text.startsWith(word, at)) {
        at += word.length();
        return true;
      }
    }
    return false;
  }

  private boolean number() {
    if (peek('-')) {
      at++;
    }
    if (peek('0')) {
      at++;
    } else if (!digits()) {
      return false;
    }
    if (peek('.')) {
      at++;
      if (!digits()) {
        return false;
      }
    }
    if (peek('e') || peek('E')) {
      at++;
      if (peek('+') || peek('-')) {
        at++;
      }
      return digits();
    }
    return true;
  }

  private boolean digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    return at > start;
  }

  private boolean take(char c) {
    skipSpace();
    if (!peek(c)) {
      return false;
    }
    at++;
    return true;
  }

  private boolean peek(char c) {
    return at < text.length() && text.charAt(at) == c;
  }

  private void skipSpace() {
    while (peek(' ') || peek('\n') || peek('\r') || peek('\t')) {
      at++;
    }
  }
}
