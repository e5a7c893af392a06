package io.heliograph.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.limit.ClientAddresses;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Takes events, one a request. */
final class PublishHandler {

  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
  private static final int MAX_KEY_LENGTH = 255;

  private final Hub hub;
  private final Guards guards;
  private final EventReader reader;
  private final FirstAnswers answers;

  PublishHandler(Hub hub, Guards guards, EventReader reader, FirstAnswers answers) {
    this.hub = hub;
    this.guards = guards;
    this.reader = reader;
    this.answers = answers;
  }

  void toUser(ServerRequest request, ServerResponse response) {
    UserId user = Requests.user(request);
    Optional<String> type = Requests.query(request, "type");
    PublishBody body = reader.body(request);
    take(request, response);
    once(request, response, body, () -> accepted(hub.publish(user, reader.read(body, type))));
  }

  void toEverybody(ServerRequest request, ServerResponse response) {
    Optional<String> type = Requests.query(request, "type");
    PublishBody body = reader.body(request);
    take(request, response);
    once(request, response, body, () -> accepted(hub.broadcast(reader.read(body, type))));
  }

  /** Counts an event against the rate of who sends it; refuses it where there is none left. */
  private void take(ServerRequest request, ServerResponse response) {
    Duration wait = waitFor(request, 1);
    if (wait.isPositive()) {
      response.headers().set(HeaderNames.RETRY_AFTER, Requests.seconds(wait));
      throw overTheRate();
    }
  }

  /** For how long the sender has to wait; if for none, the events are counted against its rate. */
  Duration waitFor(ServerRequest request, int events) {
    return guards.publishing().isEmpty()
        ? Duration.ZERO
        : guards.publishing().get().take(ClientAddresses.group(guards.addressOf(request)), events);
  }

  static ProblemException overTheRate() {
    return Problem.TOO_MANY_REQUESTS.because(
        "Your address has published more than limits.publish-rate allows. Try again a little"
            + " later.");
  }

  /** Publishes and answers; a retry under the same key gets the first answer. */
  void once(
      ServerRequest request, ServerResponse response, PublishBody body, Supplier<Answer> publish) {
    Optional<String> key = key(request);
    if (key.isEmpty()) {
      publish.get().send(response);
      return;
    }
    // A key stands for a request to one path: two users' events may share one. And for one
    // publisher: another one's answer is none of its business. No user id has a line break.
    String publisher = Admission.current().caller().map(caller -> caller.user().value()).orElse("");
    String scoped = String.join("\n", publisher, request.prologue().uriPath().path(), key.get());
    try {
      answers.answer(scoped, body.fingerprint(), publish).send(response);
    } catch (ProblemException e) {
      if (e.problem() == Problem.KEYS_FULL || e.problem() == Problem.KEY_BUSY) {
        response
            .headers()
            .set(
                HeaderNames.RETRY_AFTER,
                Long.toString(e.problem() == Problem.KEYS_FULL ? answers.retryAfterSeconds() : 1));
      }
      throw e;
    }
  }

  /** The key that makes a retry safe. */
  static Optional<String> key(ServerRequest request) {
    Optional<String> key = Requests.header(request, IDEMPOTENCY_KEY);
    if (key.isPresent()
        && (key.get().isEmpty()
            || key.get().length() > MAX_KEY_LENGTH
            || !key.get().chars().allMatch(c -> c > ' ' && c < 0x7f))) {
      throw Problem.INVALID_KEY.because(
          "An Idempotency-Key is 1 to "
              + MAX_KEY_LENGTH
              + " visible ASCII characters, for example a random UUID.");
    }
    return key;
  }

  private static Answer accepted(Hub.Published published) {
    return Answer.json(Status.ACCEPTED_202, json -> write(json, published));
  }

  /** What a publisher is told of an event. */
  static void write(JsonGenerator json, Hub.Published published) throws IOException {
    if (published.event().ephemeral()) {
      json.writeNullField("id"); // Nothing ephemeral can be asked for again.
    } else {
      json.writeStringField("id", published.event().position().id());
    }
    json.writeNumberField("connections", published.connections());
  }
}
