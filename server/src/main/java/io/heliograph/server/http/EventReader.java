package io.heliograph.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.Utf8;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event from the body of a request.
 *
 * <p>As {@code application/json}: {@code {"type":…,"data":…,"ephemeral":…}}. Data that is a JSON
 * string is taken as its text, anything else as JSON without white space, numbers as they were
 * written. As {@code text/plain}: the body is the data, and {@code ?type=} the type.
 */
final class EventReader {

  // JSON may write a byte of data as six: \u001f.
  private static final int JSON_BYTES_PER_DATA_BYTE = 6;
  private static final int JSON_BYTES_BESIDE_DATA = 4096;

  private static final String JSON_SHAPE =
      "Send {\"type\":\"order.shipped\",\"data\":<any JSON>,\"ephemeral\":<true or false>};"
          + " only data is required.";

  private final int maxDataBytes;

  EventReader(int maxDataBytes) {
    this.maxDataBytes = maxDataBytes;
  }

  Event read(ServerRequest request) {
    String type =
        Requests.header(request, HeaderNames.CONTENT_TYPE).orElse("").toLowerCase(Locale.ROOT);
    String mediaType = (type.contains(";") ? type.substring(0, type.indexOf(';')) : type).strip();
    try {
      Event event =
          switch (mediaType) {
            case "application/json" -> json(body(request, maxJsonBytes()));
            case "text/plain" -> text(request, body(request, maxDataBytes));
            default ->
                throw Problem.UNSUPPORTED_MEDIA_TYPE.because(
                    "The Content-Type is '"
                        + mediaType
                        + "', but must be application/json or text/plain.");
          };
      if (event.data().getBytes(StandardCharsets.UTF_8).length > maxDataBytes) {
        throw tooLarge();
      }
      return event;
    } catch (InvalidValueException e) {
      throw Problem.INVALID_EVENT.because(String.valueOf(e.getMessage()));
    }
  }

  private int maxJsonBytes() {
    return maxDataBytes * JSON_BYTES_PER_DATA_BYTE + JSON_BYTES_BESIDE_DATA;
  }

  private byte[] body(ServerRequest request, int most) {
    if (!request.content().hasEntity()) {
      return new byte[0];
    }
    // What is announced tells how much to allocate; what comes chunked is not announced.
    long announced = request.headers().contentLength().orElse(most + 1L);
    try (InputStream in = request.content().inputStream()) {
      byte[] body = in.readNBytes((int) Math.min(announced, most + 1L));
      if (body.length > most) {
        throw tooLarge();
      }
      return body;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private ProblemException tooLarge() {
    return Problem.EVENT_TOO_LARGE.because(
        "The event's data has more than "
            + maxDataBytes
            + " bytes. Send a reference to it instead, or raise limits.event-bytes.");
  }

  private static Event text(ServerRequest request, byte[] body) {
    String type = Requests.query(request, "type").orElse(Event.DEFAULT_TYPE);
    return Event.of(type, Utf8.decode(body));
  }

  private static Event json(byte[] body) {
    // Decoded here, because the parser would find half of a character only where it looks closer.
    String text = Utf8.decode(body);
    try (JsonParser json = Json.FACTORY.createParser(text)) {
      Event event = object(json);
      if (json.nextToken() != null) {
        throw Problem.INVALID_EVENT.because("Something follows the JSON object. " + JSON_SHAPE);
      }
      return event;
    } catch (JsonParseException e) {
      throw Problem.INVALID_EVENT.because(
          "The body is not valid JSON: "
              + e.getOriginalMessage()
              + " (line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + ").");
    } catch (JsonProcessingException e) {
      throw Problem.INVALID_EVENT.because("The body is not valid JSON: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  private static Event object(JsonParser json) throws IOException {
    if (json.nextToken() != JsonToken.START_OBJECT) {
      throw Problem.INVALID_EVENT.because("The body is no JSON object. " + JSON_SHAPE);
    }
    String type = Event.DEFAULT_TYPE;
    @Nullable String data = null;
    boolean ephemeral = false;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      switch (name) {
        case "type" -> {
          if (value != JsonToken.VALUE_STRING) {
            throw Problem.INVALID_EVENT.because("type is no string. " + JSON_SHAPE);
          }
          type = json.getText();
        }
        case "data" -> data = value == JsonToken.VALUE_STRING ? json.getText() : compact(json);
        case "ephemeral" -> {
          if (!value.isBoolean()) {
            throw Problem.INVALID_EVENT.because(
                "ephemeral is neither true nor false. " + JSON_SHAPE);
          }
          ephemeral = json.getBooleanValue();
        }
        default ->
            throw Problem.INVALID_EVENT.because("Unknown field '" + name + "'. " + JSON_SHAPE);
      }
    }
    if (data == null) {
      throw Problem.INVALID_EVENT.because("data is missing. " + JSON_SHAPE);
    }
    return new Event(type, data, ephemeral);
  }

  /** The value without white space, its numbers as they were written. */
  private static String compact(JsonParser json) throws IOException {
    var text = new StringWriter();
    try (JsonGenerator out = Json.FACTORY.createGenerator(text)) {
      int depth = 0;
      do {
        JsonToken token = json.currentToken();
        if (token.isNumeric()) {
          out.writeNumber(json.getText());
        } else {
          out.copyCurrentEventExact(json);
        }
        depth += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
      } while (depth > 0 && json.nextToken() != null);
    }
    return text.toString();
  }
}
