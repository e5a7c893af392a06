package io.heliograph.cli.format;

import io.heliograph.cli.json.Json;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One object on one line, its fields in the order in which they are put. */
public final class JsonLine {
  private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();

  private JsonLine() {}

  public static JsonLine start() {
    return new JsonLine();
  }

  /** A record of a stream: version, kind, time. */
  public static JsonLine record(String kind, Instant at) {
    return start()
        .put("v", 1)
        .put("kind", kind)
        .put("ts", at.truncatedTo(ChronoUnit.MILLIS).toString());
  }

  /** An event: {@code json} if the data is an object or array, else {@code data}, never both. */
  public static String event(Shown event) {
    return record("event", event.at())
        .put("user", event.user())
        .put("id", event.id())
        .put("type", event.type())
        .putData(event.data())
        .put("replay", event.replay())
        .put("conn", event.connection())
        .end();
  }

  /** Why the program fails, for programs that read stderr; a status of 0 and no hint are null. */
  public static String error(ExitCode exit, int httpStatus, String message, String hint) {
    return start()
        .put("kind", "error")
        .put("code", exit.name().toLowerCase(Locale.ROOT))
        .put("exit", exit.code())
        .put("http", httpStatus == 0 ? null : httpStatus)
        .put("message", message)
        .put("hint", hint.isEmpty() ? null : hint)
        .end();
  }

  /** Puts a string, a number, a boolean, a list, JSON ({@link Json.Raw}) or null. */
  public JsonLine put(String name, @Nullable Object value) {
    fields.put(name, value);
    return this;
  }

  /** Puts the data of an event: {@code json} if it is an object or array, else {@code data}. */
  public JsonLine putData(String data) {
    return Json.structure(data)
        .map(structure -> put("json", new Json.Raw(structure)))
        .orElseGet(() -> put("data", data));
  }

  /**
   * The line, the same JSON wherever it goes: C1 and bidi controls, which JSON allows and some
   * terminals obey, are written as {@code \}{@code u009b}, and can occur in strings only.
   */
  public String end() {
    return Printable.of(Json.write(fields, false));
  }
}
