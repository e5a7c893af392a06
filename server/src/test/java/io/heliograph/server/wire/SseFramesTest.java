package io.heliograph.server.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.TraceParent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Control;
import io.heliograph.server.log.Replay;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The server's half of the golden vectors: what is said becomes these bytes. */
class SseFramesTest {

  private static final Path VECTORS = Path.of("..", "docs", "protocol", "vectors");
  private static final UserId ALICE = new UserId("alice");
  private static final Duration HEARTBEAT = Duration.ofSeconds(15);
  private static final Duration RETRY = Duration.ofSeconds(3);

  /** Each vector of a single control event: what the server says. */
  static Stream<Object[]> controls() {
    return Stream.of(
        new Object[] {"open-fresh", open(Control.Mode.FRESH)},
        new Object[] {"open-resumed", open(Control.Mode.RESUMED)},
        new Object[] {"open-gap", open(Control.Mode.GAP)},
        new Object[] {"open-unknown", open(Control.Mode.GAP)},
        new Object[] {"open-unreadable", open(Control.Mode.GAP)},
        new Object[] {"live", new Control.Live(0)},
        new Object[] {"live-replayed", new Control.Live(17)},
        new Object[] {"position", Control.MOVED},
        new Object[] {"heartbeat-event", new Control.Beat(Instant.ofEpochMilli(1764430000123L))},
        new Object[] {"expiring", new Control.Expiring(Duration.ofMinutes(1))},
        new Object[] {"gap-unknown", gap(Control.Gap.ALL, Replay.Reason.UNKNOWN)},
        new Object[] {"gap-epoch", gap(Control.Gap.ALL, Replay.Reason.EPOCH)},
        new Object[] {
          "gap-expired", new Control.Gap("user", Replay.Reason.EXPIRED, OptionalLong.of(3))
        },
        new Object[] {
          "gap-broadcast",
          new Control.Gap("broadcast", Replay.Reason.EXPIRED, OptionalLong.of(1200))
        },
        new Object[] {"closing-kicked", closing(CloseReason.KICKED, 7412)},
        new Object[] {"closing-drain", closing(CloseReason.DRAIN, 7412)},
        new Object[] {"closing-token-expired", closing(CloseReason.TOKEN_EXPIRED, 412)});
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("controls")
  void whatTheServerSaysIsAsTheVectorHasIt(String vector, Control control) throws Exception {
    var out = new FrameBuffer(0);
    SseFrames.control(out, control, idOf(vector));

    assertThat(text(out)).isEqualTo(Files.readString(VECTORS.resolve(vector + ".sse")));
  }

  static Stream<Object[]> refused() {
    return Stream.of(
        new Object[] {"refused-overloaded", CloseReason.OVERLOADED, 9120},
        new Object[] {"refused-resuming", CloseReason.TOO_MANY_CONNECTIONS, 9120},
        new Object[] {"refused-token-expired", CloseReason.TOKEN_EXPIRED, 412});
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void aStreamThatIsRefusedIsAsTheVectorHasIt(String vector, CloseReason reason, int comeBack)
      throws Exception {
    Optional<String> sent = Optional.of(idOf(vector)).filter(id -> !id.isEmpty());

    byte[] body = RefusedStream.bytes(reason, Duration.ofMillis(comeBack), sent);

    assertThat(new String(body, UTF_8))
        .isEqualTo(Files.readString(VECTORS.resolve(vector + ".sse")));
  }

  /** Vectors of published events and heartbeats say themselves what the server was given. */
  static Stream<String> events() {
    return Stream.of(
        "event",
        "event-empty-data",
        "event-ephemeral",
        "event-leading-space",
        "event-many-lines",
        "event-trace",
        "event-of-type-message",
        "event-unicode",
        "heartbeat");
  }

  @ParameterizedTest
  @MethodSource("events")
  void anEventIsAsTheVectorHasIt(String vector) throws Exception {
    var out = new FrameBuffer(0);
    String type = "";
    String id = "";
    Optional<TraceParent> trace = Optional.empty();
    var data = new ArrayList<String>();
    for (String line : expected(vector)) {
      int space = line.indexOf(' ');
      String word = space < 0 ? line : line.substring(0, space);
      String value = space < 0 ? "" : line.substring(space + 1);
      switch (word) {
        case "comment" -> {
          trace = TraceParent.parse(value.replace(" traceparent ", ""));
          if (value.isEmpty()) {
            SseFrames.comment(out);
          }
        }
        case "event" -> type = value;
        case "id" -> id = value;
        case "data" -> data.add(value);
        default -> throw new AssertionError("a vector of events says: " + line);
      }
    }
    if (!type.isEmpty()) {
      var event = new Event(type, String.join("\n", data), false, Optional.empty(), trace);
      Cursor after = cursor(id);
      SseFrames.event(out, StoredEvent.of(after.position(0), event, 0), after, true);
    }

    assertThat(text(out)).isEqualTo(Files.readString(VECTORS.resolve(vector + ".sse")));
  }

  @Test
  void whatAUserIdHoldsCannotEndTheJson() {
    var out = new FrameBuffer(0);
    SseFrames.control(
        out,
        new Control.Open(RETRY, "c1", new UserId("a\"},\\"), Control.Mode.FRESH, HEARTBEAT, false),
        "1");

    assertThat(text(out)).contains("\"user\":\"a\\\"},\\\\\"");
  }

  private static Control open(Control.Mode mode) {
    return new Control.Open(RETRY, "c1", ALICE, mode, HEARTBEAT, false);
  }

  private static Control gap(String log, Replay.Reason reason) {
    return new Control.Gap(log, reason, OptionalLong.empty());
  }

  private static Control closing(CloseReason reason, int retry) {
    return new Control.Closing(reason, Duration.ofMillis(retry));
  }

  private static String idOf(String vector) throws Exception {
    return expected(vector).stream()
        .filter(line -> line.startsWith("id "))
        .map(line -> line.substring("id ".length()))
        .findFirst()
        .orElse("");
  }

  private static List<String> expected(String vector) throws Exception {
    return Files.readAllLines(VECTORS.resolve(vector + ".expected"));
  }

  private static Cursor cursor(String text) {
    return Cursor.parse(text, ALICE, 2).orElseThrow();
  }

  private static String text(FrameBuffer out) {
    return new String(out.bytes(), 0, out.end(), UTF_8);
  }
}
