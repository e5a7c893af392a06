package io.heliograph.client;

import static io.heliograph.client.Backports.last;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What Heliograph says on its streams beside the events. */
@Timeout(20)
class HeliographStreamTest {
  private static final String CURSOR_41 = "1.8jkye087b.k2f9w1-41.9x8v7c-7";
  private static final String CURSOR_42 = "1.8jkye087b.k2f9w1-42.9x8v7c-7";
  private static final String OPEN = "event: stream.open\ndata: {\"protocol\":1}\n\n";

  @Test
  void aWholeStreamReadsAsSignals() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.number() == 1) {
                exchange.open("Sse-Heartbeat-Interval: 15").send(vector("stream-fresh"));
                exchange.silence(); // The server is slow to close; the client does not wait.
              } else {
                exchange.status(204, "");
              }
            })) {
      // The vector asks to stay away for 7.4 s, so the test does not wait for the return.
      var signals = signalsUntil(server, Signal.Reconnecting.class);

      assertThat(signals.subList(1, signals.size() - 1))
          .containsExactly(
              new Signal.Comment(""),
              new Signal.Greeted("c1", "alice", "fresh", Optional.of(ofSeconds(15)), 1),
              new Signal.Positioned(CURSOR_41),
              new Signal.Live(0),
              new Signal.Message(new Event("order.shipped", "{\"order\":17}", CURSOR_42)),
              new Signal.Comment(""),
              new Signal.Closing("drain", true),
              new Signal.Disconnected(new Cause.ServerClosing("drain", true)));
      assertThat(((Signal.Reconnecting) last(signals)).delay())
          .isBetween(ofMillis(7412), ofMillis(8412));
    }
  }

  @Test
  void aReaderThatWasKickedStaysAway() {
    try (var server =
        SseTestServer.start(
            exchange -> exchange.open().send(OPEN).send(vector("closing-kicked")).silence())) {
      var signals = signalsUntil(server, Signal.Closed.class);

      assertThat(signals)
          .endsWith(
              new Signal.Closing("kicked", false),
              new Signal.Disconnected(new Cause.ServerClosing("kicked", false)),
              new Signal.Closed(CloseReason.BY_SERVER, new Cause.ServerClosing("kicked", false)));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void aRefusalWithinTheStreamIsUnderstoodWithoutAGreeting() {
    try (var server =
        SseTestServer.start(exchange -> exchange.open().send(vector("refused-overloaded")))) {
      var signals = signalsUntil(server, Signal.Reconnecting.class);

      assertThat(signals).contains(new Signal.Closing("overloaded", true));
      assertThat(((Signal.Reconnecting) last(signals)).delay())
          .isGreaterThanOrEqualTo(ofMillis(9120));
    }
  }

  @Test
  void gapsAndOtherControlEventsAreNoMessages() {
    try (var server =
        SseTestServer.start(
            exchange ->
                exchange
                    .open()
                    .send(OPEN)
                    .send(vector("gap-expired"))
                    .send(vector("gap-unknown"))
                    .send(vector("expiring"))
                    .event("", "stream.new-in-2030", "{}")
                    .event("", "stream.gap", "not JSON"))) {
      assertThat(signalsUntil(server, Signal.Disconnected.class))
          .contains(
              new Signal.Gap("user", "expired", OptionalLong.of(3)),
              new Signal.Positioned(CURSOR_42),
              new Signal.Gap("broadcast", "unknown", OptionalLong.empty()),
              new Signal.Expiring(ofSeconds(60)),
              new Signal.OtherControl("stream.new-in-2030", "{}"),
              new Signal.Gap("", "", OptionalLong.empty()))
          .noneMatch(Signal.Message.class::isInstance);
    }
  }

  @Test
  void anotherServersEventsOfSuchTypesAreMessages() {
    try (var server =
        SseTestServer.start(
            exchange ->
                exchange
                    .open("Sse-Heartbeat-Interval: 15")
                    .event("", "stream.closing", "{\"reconnect\":false}")
                    .send(OPEN)
                    .event("", "stream.gap", "{}"))) {
      assertThat(signalsUntil(server, Signal.Disconnected.class))
          .filteredOn(Signal.Message.class::isInstance)
          .hasSize(3);
    }
  }

  @Test
  void aBlockWithNothingButAnIdIsResumedFrom() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().send(vector("open-fresh"));
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(Duration.ZERO))
                .build();
        var stream = client.open()) {
      assertThat(stream.iterator().hasNext()).isFalse();

      assertThat(server.requests().get(1).header("Last-Event-ID")).contains(CURSOR_42);
    }
  }

  private static List<Signal> signalsUntil(SseTestServer server, Class<? extends Signal> last) {
    try (var client = SseClient.create(server.uri());
        var stream = client.open()) {
      var signals = new ArrayList<Signal>();
      for (Signal signal : stream.signals()) {
        signals.add(signal);
        if (last.isInstance(signal)) {
          break;
        }
      }
      return signals;
    }
  }

  private static String vector(String name) throws java.io.IOException {
    return Files.readString(Path.of("..", "docs", "protocol", "vectors", name + ".sse"));
  }
}
