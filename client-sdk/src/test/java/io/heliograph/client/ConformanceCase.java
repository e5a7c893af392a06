package io.heliograph.client;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okio.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * One case of {@code sse-conformance-cases.json}: what web-platform-tests and the WHATWG standard
 * ask of a reader.
 *
 * @param contentType {@code ""}: no such header
 * @param reconnect what shall happen next; an empty map: nothing was said, or no reconnection
 * @param redirectTo the answer at the target of a redirect; empty: no redirect
 */
public record ConformanceCase(
    String name,
    int status,
    String contentType,
    ByteString body,
    List<Event> expected,
    boolean expectOpen,
    Map<String, Object> reconnect,
    Map<String, Object> redirectTo,
    Map<String, Object> expectRequestHeader) {

  /** All of them, in order. */
  public static List<ConformanceCase> all() {
    try (InputStream in =
            Objects.requireNonNull(
                ConformanceCase.class.getResourceAsStream("/sse-conformance-cases.json"));
        JsonParser parser = new JsonFactory().createParser(in)) {
      parser.nextToken();
      var file = map(value(parser));
      return ((List<?>) Objects.requireNonNull(file.get("cases")))
          .stream().map(c -> of(map(c))).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ConformanceCase of(Map<String, Object> json) {
    return new ConformanceCase(
        (String) Objects.requireNonNull(json.get("name")),
        ((Number) Objects.requireNonNull(json.get("status"))).intValue(),
        json.get("contentType") instanceof String type ? type : "",
        ByteString.of(Base64.getDecoder().decode((String) json.get("bodyBase64"))),
        events(json.get("expectedEvents")),
        Boolean.TRUE.equals(json.get("expectOpen")),
        map(json.get("reconnect")),
        map(json.get("redirectTo")),
        map(json.get("expectRequestHeader")));
  }

  /** A list of expected events. */
  static List<Event> events(@Nullable Object json) {
    return ((List<?>) Objects.requireNonNull(json))
        .stream()
            .map(ConformanceCase::map)
            .map(
                e ->
                    new Event(
                        (String) Objects.requireNonNull(e.get("type")),
                        (String) Objects.requireNonNull(e.get("data")),
                        (String) Objects.requireNonNull(e.get("lastEventId"))))
            .toList();
  }

  /** The bytes of text such as {@code data: \xe2\n}. */
  static byte[] unescaped(String text) {
    var bytes = new java.io.ByteArrayOutputStream();
    int i = 0;
    while (i < text.length()) {
      char c = text.charAt(i++);
      if (c != '\\') {
        bytes.write(c);
        continue;
      }
      switch (text.charAt(i++)) {
        case 'n' -> bytes.write('\n');
        case 'r' -> bytes.write('\r');
        case 'x' -> {
          bytes.write(Integer.parseInt(text.substring(i, i + 2), 16));
          i += 2;
        }
        default -> throw new IllegalArgumentException(text);
      }
    }
    return bytes.toByteArray();
  }

  /** An object, or no fields where it is something else. */
  @SuppressWarnings("unchecked") // JSON objects have strings for names.
  static Map<String, Object> map(@Nullable Object json) {
    return json instanceof Map<?, ?> ? (Map<String, Object>) json : Map.of();
  }

  private static @Nullable Object value(JsonParser in) throws IOException {
    return switch (in.currentToken()) {
      case START_OBJECT -> {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String name = in.currentName();
          in.nextToken();
          fields.put(name, value(in));
        }
        yield fields;
      }
      case START_ARRAY -> {
        var items = new ArrayList<@Nullable Object>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          items.add(value(in));
        }
        yield items;
      }
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT -> in.getLongValue();
      case VALUE_NUMBER_FLOAT -> in.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  @Override
  public String toString() {
    return name;
  }
}
