package io.heliograph.server.publish;

import com.fasterxml.jackson.core.JsonGenerator;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Publication;
import io.heliograph.server.gate.Admission;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.limit.ClientAddresses;
import io.heliograph.server.request.Body;
import io.heliograph.server.request.Guards;
import io.heliograph.server.request.Problem;
import io.heliograph.server.request.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is the same for one event and for many: whose they are, their key, their sender's rate, and
 * what a publisher is told. Thread-safe.
 */
public final class Publishing {

  private static final HeaderName IDEMPOTENCY_KEY = HeaderNames.create("Idempotency-Key");
  private static final int MAX_KEY_LENGTH = 255;

  private final Guards guards;

  public Publishing(Guards guards) {
    this.guards = guards;
  }

  /** The body of a request that publishes. */
  Body body(ServerRequest request) {
    return new Body(request, guards);
  }

  /** For how long the sender has to wait; if for none, the events are counted against its rate. */
  Duration waitFor(ServerRequest request, int events) {
    return guards.publishRate().isEmpty()
        ? Duration.ZERO
        : guards.publishRate().get().take(ClientAddresses.group(guards.addressOf(request)), events);
  }

  /** Puts events back that were published before, under the same key. */
  void giveBack(ServerRequest request, int events) {
    if (events > 0 && guards.publishRate().isPresent()) {
      guards.publishRate().get().giveBack(ClientAddresses.group(guards.addressOf(request)), events);
    }
  }

  ProblemException overTheRate() {
    return Problem.TOO_MANY_REQUESTS.because(
        "Your address exceeds limits.publish-rate. Retry a little" + " later.");
  }

  /** Whose share of the memory an event takes, and whose keys count. */
  String publisher() {
    return Admission.current()
        .caller()
        .map(caller -> caller.user().value())
        .orElse(Publication.NO_PUBLISHER);
  }

  /** The key that makes a retry safe; null if there is none. */
  @Nullable IdempotencyKey key(ServerRequest request) {
    List<String> keys = request.headers().all(IDEMPOTENCY_KEY, List::of);
    if (keys.isEmpty()) {
      return null;
    }
    String key = keys.getFirst();
    if (keys.size() > 1) {
      throw Problem.INVALID_KEY.because("The Idempotency-Key is given " + keys.size() + " times.");
    }
    if (key.isEmpty()
        || key.length() > MAX_KEY_LENGTH
        || !key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw Problem.INVALID_KEY.because(
          "An Idempotency-Key must be 1 to "
              + MAX_KEY_LENGTH
              + " visible ASCII characters, for example a random UUID.");
    }
    return IdempotencyKey.of(publisher(), key);
  }

  /** The whole answer to a publisher of one event: as {@link #write}, without a generator. */
  static byte[] answer(Hub.Published published) {
    return text("{", published, "").getBytes(StandardCharsets.US_ASCII);
  }

  /** The line of the answer to a publisher of lines, whose result has a status of its own. */
  static byte[] line(Hub.Published published) {
    return text("{\"status\":202,", published, "\n").getBytes(StandardCharsets.US_ASCII);
  }

  private static String text(String before, Hub.Published published, String after) {
    String id = published.ephemeral() ? "null" : '"' + published.position().id() + '"';
    String repeated = published.repeated() ? ",\"repeated\":true}" : "}";
    return before
        + "\"id\":"
        + id
        + ",\"connections\":"
        + published.connections()
        + repeated
        + after;
  }

  /** What a publisher is told of an event. */
  static void write(JsonGenerator json, Hub.Published published) throws IOException {
    if (published.ephemeral()) {
      json.writeNullField("id"); // Nothing ephemeral can be asked for again.
    } else {
      json.writeStringField("id", published.position().id());
    }
    json.writeNumberField("connections", published.connections());
    if (published.repeated()) {
      json.writeBooleanField("repeated", true);
    }
  }
}
