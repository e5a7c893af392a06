package io.heliograph.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * JSON as RFC 8259 has it and nothing more, read by other means than the server's. An object is a
 * {@code Map}, an array a {@code List}, a string a {@code String}, a number a {@link Num}, and the
 * rest a {@link Word}.
 */
public final class PlainJson {

  /** A number as it was written. */
  public record Num(String text) {}

  /** {@code true}, {@code false} or {@code null}. */
  public record Word(String text) {}

  /** It is no JSON, or a name comes twice in an object. */
  public static final class NoJson extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NoJson(String what, int at) {
      super(what + " at " + at, null, false, false);
    }
  }

  private final String text;
  private int at;

  private PlainJson(String text) {
    this.text = text;
  }

  /**
   * Reads one value.
   *
   * @throws NoJson if the text is anything else
   */
  public static Object read(String text) {
    var json = new PlainJson(text);
    Object value = json.value();
    json.space();
    if (json.at != text.length()) {
      throw new NoJson("something follows", json.at);
    }
    return value;
  }

  private Object value() {
    space();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true");
      case 'f' -> word("false");
      case 'n' -> word("null");
      default -> number();
    };
  }

  private Map<String, Object> object() {
    var members = new LinkedHashMap<String, Object>();
    take('{');
    space();
    if (peek() == '}') {
      at++;
      return members;
    }
    while (true) {
      space();
      String name = string();
      space();
      take(':');
      if (members.put(name, value()) != null) {
        throw new NoJson("twice: " + name, at);
      }
      space();
      if (peek() == '}') {
        at++;
        return members;
      }
      take(',');
    }
  }

  private List<Object> array() {
    var values = new ArrayList<Object>();
    take('[');
    space();
    if (peek() == ']') {
      at++;
      return values;
    }
    while (true) {
      values.add(value());
      space();
      if (peek() == ']') {
        at++;
        return values;
      }
      take(',');
    }
  }

  private String string() {
    var string = new StringBuilder();
    take('"');
    while (true) {
      char c = peek();
      at++;
      if (c == '"') {
        return string.toString();
      }
      if (c < ' ') {
        throw new NoJson("a control character in a string", at);
      }
      string.append(c == '\\' ? escaped() : c);
    }
  }

  private char escaped() {
    char c = peek();
    at++;
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        int code = 0;
        for (int i = 0; i < 4; i++) {
          char digit = peek();
          at++;
          if (!(digit < 0x80 && Character.digit(digit, 16) >= 0)) {
            throw new NoJson("no hexadecimal digit", at);
          }
          code = code << 4 | Character.digit(digit, 16);
        }
        yield (char) code;
      }
      default -> throw new NoJson("no escape", at);
    };
  }

  private Num number() {
    int start = at;
    skip('-');
    if (!skip('0')) {
      digits();
    }
    if (skip('.')) {
      digits();
    }
    if (skip('e') || skip('E')) {
      if (!skip('+')) {
        skip('-');
      }
      digits();
    }
    return new Num(text.substring(start, at));
  }

  private void digits() {
    int start = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == start) {
      throw new NoJson("no value", at);
    }
  }

  private Word word(String word) {
    if (!text.startsWith(word, at)) {
      throw new NoJson("no value", at);
    }
    at += word.length();
    return new Word(word);
  }

  private boolean skip(char c) {
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void take(char c) {
    if (!skip(c)) {
      throw new NoJson("no '" + c + "'", at);
    }
  }

  private char peek() {
    if (at == text.length()) {
      throw new NoJson("the text ends", at);
    }
    return text.charAt(at);
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }
}
