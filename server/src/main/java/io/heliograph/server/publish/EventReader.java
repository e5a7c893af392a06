package io.heliograph.server.publish;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.TraceParent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.Utf8;
import io.heliograph.server.request.Body;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import io.heliograph.server.request.Requests;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads events from the bodies of requests.
 *
 * <p>As {@code application/json}: {@code {"type":…,"data":…,"ttl":…,"ephemeral":…}}. Data that is a
 * JSON string is taken as its text, anything else as JSON without white space, numbers as they were
 * written. As {@code text/plain}: the body is the data, and {@code ?type=} the type. An item of a
 * batch also says whom it is for: {@code "users":[…]} or {@code "broadcast":true}.
 */
public final class EventReader {

  /** The most that a batch may have. */
  static final int MAX_BODY_BYTES = 16 << 20;

  /** The most items of a batch. */
  static final int MAX_ITEMS = 10_000;

  /** The most events that a batch may make: an item for ten users counts ten times. */
  static final int MAX_EVENTS = 100_000;

  /** The most users of one item. */
  static final int MAX_USERS = 1_000;

  // JSON may write a byte of data as six: \u001f.
  private static final int JSON_BYTES_PER_DATA_BYTE = 6;
  private static final int JSON_BYTES_BESIDE_DATA = 4096;

  private static final String JSON_SHAPE =
      "Send {\"type\":\"order.shipped\",\"data\":<any JSON>,\"ttl\":\"1h\","
          + "\"ephemeral\":<true or false>}; only data is required.";
  private static final String ITEM_SHAPE =
      "An item is {\"users\":[\"alice\"],\"type\":\"order.shipped\",\"data\":<any JSON>,"
          + "\"ttl\":\"1h\",\"ephemeral\":<true or false>}, or has \"broadcast\":true in place of"
          + " users; only data and one of the two are required.";

  // What an item costs beside its text, and what each of its users does: a few objects.
  private static final int ITEM_OVERHEAD = 300;
  private static final int USER_OVERHEAD = 100;

  private final int maxDataBytes;
  private final JsonFactory batches;

  public EventReader(int maxDataBytes) {
    this.maxDataBytes = maxDataBytes;
    // A longer text is no event, and must not be gathered to its end, which may be 16 MiB away.
    this.batches = Json.factory(maxJsonBytes());
  }

  /**
   * Takes in the body of one event.
   *
   * @param type the query's, which counts for a text
   */
  Event event(ServerRequest request, Body body, Optional<String> type) {
    String mediaType = Requests.mediaType(request);
    boolean isText = mediaType.equals("text/plain");
    if (!isText && !mediaType.equals("application/json")) {
      throw Requests.unsupported(mediaType, "application/json or text/plain");
    }
    byte[] bytes = body.bytes(isText ? maxDataBytes : maxJsonBytes(), this::tooLarge);
    Optional<TraceParent> trace = Requests.trace(request);
    try {
      return withinBounds(
          isText
              ? new Event(
                  type.orElse(Event.DEFAULT_TYPE),
                  Utf8.decode(bytes),
                  false,
                  Optional.empty(),
                  trace)
              : json(bytes, trace));
    } catch (InvalidValueException e) {
      throw Problem.INVALID_EVENT.because(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Takes in a JSON array of items.
   *
   * @param trace of the request, for items without one of their own
   * @throws ProblemException if it is no JSON array or has too many items: nothing is published
   *     then
   */
  List<BatchItem> items(Body body, Optional<TraceParent> trace) {
    var items = new ArrayList<BatchItem>();
    int events = 0;
    try (InputStream in = body.in(MAX_BODY_BYTES, EventReader::batchTooLarge);
        JsonParser json = parser(in)) {
      if (json.nextToken() != JsonToken.START_ARRAY) {
        throw Problem.INVALID_EVENT.because("The body is not a JSON array. " + ITEM_SHAPE);
      }
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (items.size() == MAX_ITEMS) {
          throw tooManyItems();
        }
        BatchItem item = item(json, trace);
        events += item.events();
        if (events > MAX_EVENTS) {
          throw tooManyEvents();
        }
        body.hold(ITEM_OVERHEAD + (long) item.events() * USER_OVERHEAD);
        items.add(item);
        BatchHandler.giveWay(items.size());
      }
      if (json.nextToken() != null) {
        throw Problem.INVALID_EVENT.because("The body has data after the JSON array.");
      }
      return items;
    } catch (JsonProcessingException e) {
      throw notJson(e);
    } catch (CharacterCodingException e) {
      throw Problem.INVALID_EVENT.because("The text is not valid UTF-8.");
    } catch (InvalidValueException e) {
      throw Problem.INVALID_EVENT.because(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new CloseConnectionException(
          "The client disconnected before the end of its request body.", e);
    }
  }

  /** Decodes as it reads, and refuses what is not UTF-8 where the parser would not look. */
  private JsonParser parser(InputStream in) throws IOException {
    // Not the parser's own decoder: it looks closer at what it hands out than at what it skips.
    return batches.createParser(
        new InputStreamReader(
            in,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)));
  }

  /**
   * The item that a line of NDJSON holds; what is wrong with it becomes the item.
   *
   * @param trace of the request, for an item without one of its own
   */
  BatchItem line(byte[] line, Optional<TraceParent> trace) {
    try (JsonParser json = Json.FACTORY.createParser(Utf8.decode(line))) {
      json.nextToken();
      BatchItem item = item(json, trace);
      return item instanceof BatchItem.Refused || json.nextToken() == null
          ? item
          : new BatchItem.Refused(
              Problem.INVALID_EVENT, "The line has data after the JSON object.");
    } catch (JsonProcessingException e) {
      return new BatchItem.Refused(Problem.INVALID_EVENT, String.valueOf(notJson(e).getMessage()));
    } catch (InvalidValueException e) {
      return new BatchItem.Refused(Problem.INVALID_EVENT, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  /** The most bytes of a line of NDJSON: the largest event, for the most users. */
  int maxLineBytes() {
    return Math.min(MAX_BODY_BYTES, maxJsonBytes() + MAX_USERS * UserId.MAX_BYTES);
  }

  BatchItem lineTooLong() {
    return new BatchItem.Refused(
        Problem.EVENT_TOO_LARGE,
        "The line has more than "
            + maxLineBytes()
            + " bytes. No event of at most "
            + maxDataBytes
            + " bytes of data needs so many.");
  }

  static ProblemException tooManyItems() {
    return Problem.TOO_MANY_ITEMS.because(
        "The batch has more than " + MAX_ITEMS + " items. Send several batches.");
  }

  static ProblemException tooManyEvents() {
    return Problem.TOO_MANY_ITEMS.because(
        "The batch contains more than "
            + MAX_EVENTS
            + " events (an item counts once per user). Send several batches.");
  }

  static ProblemException batchTooLarge() {
    return Problem.BODY_TOO_LARGE.because(
        "The batch has more than " + MAX_BODY_BYTES + " bytes. Send several batches.");
  }

  private int maxJsonBytes() {
    return maxDataBytes * JSON_BYTES_PER_DATA_BYTE + JSON_BYTES_BESIDE_DATA;
  }

  private Event withinBounds(Event event) {
    if (Utf8.isLonger(event.data(), maxDataBytes)) {
      throw tooLarge();
    }
    return event;
  }

  private ProblemException tooLarge() {
    return tooLarge(maxDataBytes);
  }

  static ProblemException tooLarge(int maxDataBytes) {
    return Problem.EVENT_TOO_LARGE.because(
        "The event's data has more than "
            + maxDataBytes
            + " bytes. Send a reference to the data instead, or raise limits.event-bytes.");
  }

  private Event json(byte[] body, Optional<TraceParent> trace) {
    // Decoded here, because the parser would find half of a character only where it looks closer.
    String text = Utf8.decode(body);
    try (JsonParser json = Json.FACTORY.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw Problem.INVALID_EVENT.because("The body is not a JSON object. " + JSON_SHAPE);
      }
      Event event = new EventMembers(JSON_SHAPE, false, maxDataBytes, trace).read(json).event();
      if (json.nextToken() != null) {
        throw Problem.INVALID_EVENT.because(
            "The body has data after the JSON object. " + JSON_SHAPE);
      }
      return event;
    } catch (JsonProcessingException e) {
      throw notJson(e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  /** Reads the value that the parser stands at, to its end even where it is no item. */
  private BatchItem item(JsonParser json, Optional<TraceParent> trace) throws IOException {
    if (json.currentToken() != JsonToken.START_OBJECT) {
      json.skipChildren();
      return new BatchItem.Refused(
          Problem.INVALID_EVENT, "The item is not a JSON object. " + ITEM_SHAPE);
    }
    int around = json.getParsingContext().getNestingDepth() - 1;
    BatchItem item;
    try {
      EventMembers members = new EventMembers(ITEM_SHAPE, true, maxDataBytes, trace).read(json);
      Event event = withinBounds(members.event());
      item =
          members.broadcast()
              ? new BatchItem.ToEverybody(event)
              : new BatchItem.ToUsers(members.users(), event);
    } catch (ProblemException e) {
      item = new BatchItem.Refused(e.problem(), String.valueOf(e.getMessage()));
    } catch (InvalidValueException e) {
      item = new BatchItem.Refused(Problem.INVALID_EVENT, String.valueOf(e.getMessage()));
    }
    while (json.currentToken() != JsonToken.END_OBJECT
        || json.getParsingContext().getNestingDepth() != around) {
      if (json.nextToken() == null) {
        break; // The text ended within the object, which the parser tells by an exception.
      }
    }
    return item;
  }

  private static ProblemException notJson(JsonProcessingException e) {
    if (e instanceof StreamConstraintsException
        && String.valueOf(e.getMessage()).contains("String value length")) {
      return Problem.EVENT_TOO_LARGE.because(
          "A string is longer than any event may be. Send a reference to the data instead, or raise"
              + " limits.event-bytes.");
    }
    if (!(e instanceof JsonParseException)) {
      return Problem.INVALID_EVENT.because("The body is not valid JSON: " + e.getOriginalMessage());
    }
    return Problem.INVALID_EVENT.because(
        "The body is not valid JSON: "
            + e.getOriginalMessage()
            + " (line "
            + e.getLocation().getLineNr()
            + ", column "
            + e.getLocation().getColumnNr()
            + ").");
  }
}
