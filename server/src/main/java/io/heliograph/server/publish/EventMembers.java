package io.heliograph.server.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.heliograph.server.event.Durations;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.TraceParent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The members of the JSON object that an event or an item of a batch is written as. */
final class EventMembers {

  private static final Set<String> ADDRESS = Set.of("users", "broadcast");

  private final String shape;
  private final boolean addressed;
  private final int maxDataBytes;
  private String type = Event.DEFAULT_TYPE;
  private @Nullable String data;
  private boolean ephemeral;
  private Optional<Duration> ttl = Optional.empty();
  private Optional<TraceParent> trace;
  private @Nullable List<UserId> users;
  private boolean broadcast;

  /**
   * Knows no member yet.
   *
   * @param trace of the request, for an event without one of its own
   */
  EventMembers(String shape, boolean addressed, int maxDataBytes, Optional<TraceParent> trace) {
    this.trace = trace;
    this.shape = shape;
    this.addressed = addressed;
    this.maxDataBytes = maxDataBytes;
  }

  /** From the start of the object to its end. */
  EventMembers read(JsonParser json) throws IOException {
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken value = json.nextToken();
      if (!addressed && ADDRESS.contains(name)) {
        throw unknown(name);
      }
      switch (name) {
        case "type" -> type = text(name, value, json);
        case "data" -> data = value == JsonToken.VALUE_STRING ? json.getText() : compact(json);
        case "ephemeral" -> ephemeral = flag(name, value, json);
        case "ttl" -> ttl = Optional.of(span(text(name, value, json)));
        case "traceparent" -> trace = TraceParent.parse(text(name, value, json)).or(() -> trace);
        case "users" -> users = users(value, json);
        case "broadcast" -> broadcast = flag(name, value, json);
        default -> throw unknown(name);
      }
    }
    if (data == null) {
      throw bad("data is missing.");
    }
    if (addressed && broadcast == (users != null)) {
      throw bad("The item must have either users or \"broadcast\":true.");
    }
    return this;
  }

  Event event() {
    return new Event(type, data == null ? "" : data, ephemeral, ttl, trace);
  }

  boolean broadcast() {
    return broadcast;
  }

  List<UserId> users() {
    return users == null ? List.of() : users;
  }

  private String text(String name, JsonToken value, JsonParser json) throws IOException {
    if (value != JsonToken.VALUE_STRING) {
      throw bad(name + " is not a string.");
    }
    return json.getText();
  }

  private boolean flag(String name, JsonToken value, JsonParser json) throws IOException {
    if (!value.isBoolean()) {
      throw bad(name + " must be true or false.");
    }
    return json.getBooleanValue();
  }

  private Duration span(String text) {
    return Durations.parse(text)
        .orElseThrow(
            () -> bad("ttl is '" + text + "', but must be like 500ms, 15s, 5m, 24h, 7d or PT15S."));
  }

  private List<UserId> users(JsonToken value, JsonParser json) throws IOException {
    if (value != JsonToken.START_ARRAY) {
      throw bad("users is not an array.");
    }
    JsonToken first = json.nextToken();
    if (first == JsonToken.END_ARRAY) {
      throw bad("users is empty.");
    }
    UserId only = user(text("A user", first, json));
    JsonToken second = json.nextToken();
    return second == JsonToken.END_ARRAY ? List.of(only) : users(only, second, json);
  }

  private List<UserId> users(UserId first, JsonToken second, JsonParser json) throws IOException {
    Set<UserId> named = new LinkedHashSet<>();
    named.add(first);
    for (JsonToken each = second; each != JsonToken.END_ARRAY; each = json.nextToken()) {
      UserId user = user(text("A user", each, json));
      if (!named.add(user)) {
        throw bad("The user '" + user + "' is named twice.");
      }
      if (named.size() > EventReader.MAX_USERS) {
        throw bad(
            "users has more than "
                + EventReader.MAX_USERS
                + " names. Send several items, or a broadcast to reach all users.");
      }
    }
    return List.copyOf(named);
  }

  private static UserId user(String text) {
    try {
      return new UserId(text);
    } catch (InvalidValueException e) {
      throw Problem.INVALID_USER.because(String.valueOf(e.getMessage()));
    }
  }

  private ProblemException unknown(String name) {
    return bad("Unknown field '" + name + "'.");
  }

  private ProblemException bad(String what) {
    return Problem.INVALID_EVENT.because(what + " " + shape);
  }

  /** The value without white space, its numbers as they were written. */
  private String compact(JsonParser json) throws IOException {
    var text = new StringWriter();
    try (JsonGenerator out = Json.FACTORY.createGenerator(text)) {
      int depth = 0;
      do {
        if (text.getBuffer().length() > maxDataBytes) {
          throw EventReader.tooLarge(maxDataBytes);
        }
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
