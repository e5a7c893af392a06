package io.heliograph.cli.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** JSON as maps, lists, strings, longs, doubles and booleans; and text that may be JSON. */
public final class Json {
  private static final JsonFactory FACTORY = new JsonFactory();

  private Json() {}

  /** A value that is JSON already, to be written as it is. */
  public record Raw(String json) {}

  /** Reads one value; fails if the text is not JSON. */
  public static @Nullable Object read(String text) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text)) {
      if (parser.nextToken() == null) {
        throw new IOException("it is empty");
      }
      return value(parser);
    }
  }

  private static @Nullable Object value(JsonParser parser) throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        var map = new LinkedHashMap<String, @Nullable Object>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
          String name = parser.currentName();
          parser.nextToken();
          map.put(name, value(parser));
        }
        yield map;
      }
      case START_ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          list.add(value(parser));
        }
        yield list;
      }
      case VALUE_STRING -> parser.getText();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IOException("not a JSON value");
    };
  }

  /** The string under a name, if the text is an object that has it, even one that is cut off. */
  public static Optional<String> string(String text, String name) {
    try (JsonParser parser = FACTORY.createParser(text)) {
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
      throw new UncheckedIOException("reading from a string failed", e);
    }
  }

  /** Writes a value: indented to be read by people, or on one line. */
  public static String write(@Nullable Object value, boolean indented) {
    var text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      if (indented) {
        out.useDefaultPrettyPrinter();
      }
      write(value, out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to a string failed", e);
    }
    return text.toString();
  }

  private static void write(@Nullable Object value, JsonGenerator out) throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
          out.writeFieldName(String.valueOf(entry.getKey()));
          write(entry.getValue(), out);
        }
        out.writeEndObject();
      }
      case List<?> list -> {
        out.writeStartArray();
        for (Object item : list) {
          write(item, out);
        }
        out.writeEndArray();
      }
      case Raw raw -> out.writeRawValue(raw.json());
      case Boolean bool -> out.writeBoolean(bool);
      case Long number -> out.writeNumber(number);
      case Integer number -> out.writeNumber(number);
      case Double number -> {
        if (number.isNaN() || number.isInfinite()) {
          out.writeNull(); // JSON has no such number.
        } else if (number == Math.rint(number) && Math.abs(number) < 1e15) {
          out.writeNumber(number.longValue());
        } else {
          out.writeNumber(number);
        }
      }
      default -> out.writeString(value.toString());
    }
  }

  /** Whether the text is exactly one JSON value. */
  public static boolean isValue(String text) {
    return firstToken(text) != null;
  }

  /** The text as {@link #compact} writes it; empty unless it is exactly one object or array. */
  public static Optional<String> structure(String text) {
    JsonToken first = firstToken(text);
    return first != null && first.isStructStart() ? Optional.of(compact(text)) : Optional.empty();
  }

  /** JSON without white space between its tokens; numbers and strings stay as they are written. */
  public static String compact(String json) {
    var compact = new StringBuilder(json.length());
    boolean inString = false;
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (inString || c > ' ') {
        compact.append(c);
      }
      if (c == '"') {
        inString = !inString;
      } else if (inString && c == '\\') {
        compact.append(json.charAt(++i));
      }
    }
    return compact.toString();
  }

  @SuppressWarnings("NullAway") // A parser answers null at the end, unannotated.
  private static @Nullable JsonToken firstToken(String text) {
    try (JsonParser parser = FACTORY.createParser(text)) {
      JsonToken first = parser.nextToken();
      if (first != null) {
        parser.skipChildren();
        return parser.nextToken() == null ? first : null;
      }
      return null;
    } catch (JsonProcessingException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException("reading from a string failed", e);
    }
  }
}
