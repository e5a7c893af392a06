package io.heliograph.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.hub.Control;
import io.heliograph.server.hub.Heartbeat;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.Lease;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.limit.BodyMemory;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.From;
import io.heliograph.server.request.Answer;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Json;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.Requests;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;

/** Answers what is known of a user's stream without opening it. */
final class CatchUpHandler {

  private static final HeaderName CURSOR = HeaderNames.create("Heliograph-Cursor");

  private static final int DEFAULT_LIMIT = 100;
  private static final int MAX_LIMIT = 1_000;

  // Of the events' blocks; one event may be larger.
  private static final int MAX_BYTES = 256 * 1024;

  // What an answer takes while it is built: the text, its bytes, and a buffer that doubles.
  private static final int COPIES = 3;
  private static final int BYTES_PER_EVENT = 512;

  private final Hub hub;
  private final Guards guards;
  private final WallClock times;
  private final Beginning beginning;

  /**
   * Answers from the logs of a hub.
   *
   * @param times when events were published
   */
  CatchUpHandler(Hub hub, Guards guards, WallClock times, Beginning beginning) {
    this.hub = hub;
    this.guards = guards;
    this.times = times;
    this.beginning = beginning;
  }

  /** The current cursor of the caller. */
  void ownCursor(ServerRequest request, ServerResponse response) {
    cursor(response, StreamHandler.caller("cursor"));
  }

  /** The current cursor of the user in the path. */
  void cursorOfUser(ServerRequest request, ServerResponse response) {
    cursor(response, Requests.user(request));
  }

  private void cursor(ServerResponse response, UserId user) {
    String cursor = hub.cursor(user).toString();
    response.headers().set(CURSOR, cursor);
    Json.send(response, json -> json.writeStringField("cursor", cursor));
  }

  /** The kept events of the caller. */
  void ownEvents(ServerRequest request, ServerResponse response) {
    events(request, response, StreamHandler.caller("events"));
  }

  /** The kept events of the user in the path. */
  void eventsOfUser(ServerRequest request, ServerResponse response) {
    events(request, response, Requests.user(request));
  }

  private void events(ServerRequest request, ServerResponse response, UserId user) {
    if (Answer.to(request) == Answer.NEITHER) {
      throw Problem.NOT_ACCEPTABLE.because(
          "The Accept header must allow text/event-stream (a stream) or application/json (the kept"
              + " events).");
    }
    var spec =
        new StreamSpec(
            user,
            Requests.lastEventId(request),
            beginning.of(request, From.OLDEST),
            "",
            "",
            Lease.ENDLESS,
            Requests.globs(request, "types"),
            Heartbeat.DEFAULT,
            Requests.flag(request, "trace", false));
    int limit = Requests.query(request, "limit", DEFAULT_LIMIT, MAX_LIMIT);
    CatchUp.Page page = read(spec, limit);
    page.gap().ifPresent(gap -> guards.metrics().gaps.of(reason(gap)).increment());
    response.headers().set(CURSOR, page.cursor().toString());
    send(response, page, spec.traces());
  }

  private CatchUp.Page read(StreamSpec spec, int limit) {
    Follow[] follows = hub.follow(spec.user());
    try {
      return new CatchUp(spec, follows, hub.clock()).read(limit, MAX_BYTES);
    } finally {
      for (Follow follow : follows) {
        follow.close();
      }
    }
  }

  private void send(ServerResponse response, CatchUp.Page page, boolean traces) {
    try (BodyMemory.Part memory = guards.bodies().open()) {
      long estimate = 0;
      for (CatchUp.Entry entry : page.events()) {
        estimate += BYTES_PER_EVENT + (long) COPIES * entry.event().length();
      }
      if (!memory.grow(estimate)) {
        throw Problem.OVERLOADED.because(
            "The memory for responses is used up by other requests. Retry later, with a smaller"
                + " limit.");
      }
      byte[] body = Json.object(json -> write(json, page, traces));
      memory.force(body.length - estimate); // What waits now, until the reader has taken it.
      response.headers().set(HeaderNames.CONTENT_TYPE, "application/json");
      HeadRequest.send(response, body);
    }
  }

  private void write(JsonGenerator json, CatchUp.Page page, boolean traces) throws IOException {
    json.writeArrayFieldStart("events");
    for (CatchUp.Entry entry : page.events()) {
      json.writeStartObject();
      json.writeStringField("id", entry.after().toString());
      json.writeStringField("type", entry.event().type());
      json.writeStringField("data", entry.event().data());
      json.writeNumberField("time", times.millis(entry.event().appendedNanos()));
      Optional<String> trace = traces ? entry.event().trace() : Optional.empty();
      if (trace.isPresent()) {
        json.writeStringField("traceparent", trace.get());
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringField("cursor", page.cursor().toString());
    Optional<Control.Gap> gap = page.gap();
    if (gap.isPresent()) {
      json.writeObjectFieldStart("gap");
      json.writeStringField("log", gap.get().log());
      json.writeStringField("reason", reason(gap.get()));
      if (gap.get().lost().isPresent()) {
        json.writeNumberField("lost", gap.get().lost().getAsLong());
      } else {
        json.writeNullField("lost");
      }
      json.writeEndObject();
    } else {
      json.writeNullField("gap");
    }
    json.writeBooleanField("more", page.more());
  }

  private static String reason(Control.Gap gap) {
    return gap.reason().name().toLowerCase(Locale.ROOT);
  }
}
