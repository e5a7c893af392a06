package io.heliograph.cli.format;

import com.fasterxml.jackson.core.JsonGenerator;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** One object on one line, its fields in the order in which they are put. */
public final class JsonLine {
  private final StringWriter text = new StringWriter();
  private final JsonGenerator json;

  private JsonLine() throws IOException {
    json = JsonText.JSON.createGenerator(text);
    json.writeStartObject();
  }

  public static JsonLine start() {
    try {
      return new JsonLine();
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  /** A record of a stream: version, kind, time. */
  public static JsonLine record(String kind, Instant at) {
    return start()
        .put("v", 1)
        .put("kind", kind)
        .put("ts", at.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  /** An event: {@code json} where the data is an object or array, else {@code data}, never both. */
  public static String event(Shown event) {
    JsonLine line =
        record("event", event.at())
            .put("user", event.user())
            .put("id", event.id())
            .put("type", event.type());
    JsonText.compactStructure(event.data())
        .ifPresentOrElse(
            structure -> line.putJson("json", structure), () -> line.put("data", event.data()));
    return line.put("replay", event.replay()).put("conn", event.connection()).end();
  }

  /**
   * Why the program ends other than hoped, for programs that read stderr.
   *
   * @param httpStatus 0 for none
   * @param hint empty for none
   */
  public static String error(ExitCode exit, int httpStatus, String message, String hint) {
    return start()
        .put("kind", "error")
        .put("code", exit.name().toLowerCase(Locale.ROOT))
        .put("exit", exit.code())
        .putNumber("http", httpStatus == 0 ? null : httpStatus)
        .put("message", message)
        .put("hint", hint.isEmpty() ? null : hint)
        .end();
  }

  /** Null becomes JSON's null. */
  public JsonLine put(String name, @Nullable String value) {
    try {
      json.writeStringField(name, value);
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  public JsonLine put(String name, long value) {
    try {
      json.writeNumberField(name, value);
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  public JsonLine put(String name, boolean value) {
    try {
      json.writeBooleanField(name, value);
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  public JsonLine put(String name, List<String> values) {
    try {
      json.writeFieldName(name);
      json.writeArray(values.toArray(String[]::new), 0, values.size());
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  /** A number or null. */
  public JsonLine putNumber(String name, @Nullable Number value) {
    return putJson(name, String.valueOf(value));
  }

  /** A value that is JSON already. */
  public JsonLine putJson(String name, String value) {
    try {
      json.writeFieldName(name);
      json.writeRawValue(value);
      return this;
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  /**
   * The line, the same JSON wherever it goes: C1 and bidi controls, which JSON allows and some
   * terminals obey, stand as {@code \}{@code u009b}, and can stand in strings only.
   */
  public String end() {
    try {
      json.writeEndObject();
      json.close();
      return Printable.of(text.toString());
    } catch (IOException e) {
      throw impossible(e);
    }
  }

  private static UncheckedIOException impossible(IOException e) {
    return new UncheckedIOException("writing to a string failed", e);
  }
}
