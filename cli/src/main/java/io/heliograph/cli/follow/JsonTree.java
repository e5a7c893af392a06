package io.heliograph.cli.follow;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** JSON as maps, lists, strings, {@link java.math.BigDecimal}s, booleans and {@link #NULL}. */
final class JsonTree {
  /** JSON's null, which is a value: a field that is not there has none. */
  static final Object NULL = new Object();

  private static final JsonFactory JSON = new JsonFactory();

  private JsonTree() {}

  /** Reads exactly one value; empty if the text is anything else. */
  static Optional<Object> parse(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        return Optional.empty();
      }
      Object value = value(parser);
      return parser.nextToken() == null ? Optional.of(value) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("reading from a string failed", e);
    }
  }

  /**
   * What a JSON Pointer (RFC 6901) points at; empty if there is nothing.
   *
   * @param pointer {@code ""} or one that begins with a slash
   */
  static Optional<Object> at(Object root, String pointer) {
    Object value = root;
    String[] steps = pointer.split("/", -1);
    for (int i = 1; i < steps.length; i++) {
      String step = steps[i].replace("~1", "/").replace("~0", "~");
      if (value instanceof Map<?, ?> object && object.containsKey(step)) {
        value = object.get(step);
      } else if (value instanceof List<?> list
          && step.matches("0|[1-9]\\d{0,8}")
          && Integer.parseInt(step) < list.size()) {
        value = list.get(Integer.parseInt(step));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(value);
  }

  private static Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        Map<String, Object> object = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          object.put(name, value(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        List<Object> list = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> parser.getDecimalValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> NULL;
      default -> parser.getText();
    };
  }
}
