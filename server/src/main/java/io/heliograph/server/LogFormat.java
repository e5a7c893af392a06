package io.heliograph.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.heliograph.server.observe.LogLine;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.logging.Formatter;
import java.util.logging.Level;
import java.util.logging.LogRecord;

/**
 * Formats log records as {@code TIME LEVEL message name=value …}, or as one JSON object per line
 * with the same fields. The time is RFC 3339 with milliseconds and the zone's offset. Thread-safe.
 */
public abstract sealed class LogFormat extends Formatter {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSXXX");

  private LogFormat() {}

  /** For people. */
  public static final class Text extends LogFormat {
    /** Called by java.util.logging, which is configured with the name of this class. */
    public Text() {}

    @Override
    public String format(LogRecord entry) {
      return time(entry)
          + ' '
          + level(entry)
          + ' '
          + formatMessage(entry)
          + System.lineSeparator()
          + (entry.getThrown() == null ? "" : trace(entry.getThrown()));
    }
  }

  /** For programs. */
  static final class Json extends LogFormat {
    private static final JsonFactory FACTORY = new JsonFactory();

    @Override
    public String format(LogRecord entry) {
      var line = new StringWriter();
      try (JsonGenerator json = FACTORY.createGenerator(line)) {
        json.writeStartObject();
        json.writeStringField("time", time(entry));
        json.writeStringField("level", level(entry));
        json.writeStringField("logger", String.valueOf(entry.getLoggerName()));
        Object[] parameters = entry.getParameters();
        if (parameters != null && parameters.length == 1 && parameters[0] instanceof LogLine said) {
          json.writeStringField("message", said.message());
          for (Map.Entry<String, Object> field : said.fields().entrySet()) {
            json.writeObjectField(field.getKey(), field.getValue());
          }
        } else {
          json.writeStringField("message", formatMessage(entry));
        }
        if (entry.getThrown() != null) {
          json.writeStringField("trace", trace(entry.getThrown()));
        }
        json.writeEndObject();
      } catch (IOException e) {
        throw new UncheckedIOException("writing to memory does not fail", e);
      }
      return line.append('\n').toString();
    }
  }

  static String time(LogRecord entry) {
    return TIME.format(entry.getInstant().atZone(ZoneId.systemDefault()));
  }

  /** The level names of System.Logger, which the code uses. */
  static String level(LogRecord entry) {
    int level = entry.getLevel().intValue();
    if (level >= Level.SEVERE.intValue()) {
      return "ERROR";
    }
    if (level >= Level.WARNING.intValue()) {
      return "WARNING";
    }
    if (level >= Level.INFO.intValue()) {
      return "INFO";
    }
    return level >= Level.FINE.intValue() ? "DEBUG" : "TRACE";
  }

  static String trace(Throwable thrown) {
    var trace = new StringWriter();
    thrown.printStackTrace(new PrintWriter(trace));
    return trace.toString();
  }
}
