package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static io.heliograph.client.Backports.last;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.SseTestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What Heliograph says on its streams beside the events. */
@Timeout(120)
class HeliographStreamTest {
  private static final String CURSOR_41 = "1.8jkye087b.k2f9w1-41.9x8v7c-7";
  private static final String CURSOR_42 = "1.8jkye087b.k2f9w1-42.9x8v7c-7";
  private static final String CURSOR_45 = "1.8jkye087b.k2f9w1-45.9x8v7c-7";

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
              new Signal.Greeted("c1", "alice", "fresh", Optional.of(ofSeconds(15)), 2),
              new Signal.Positioned(CURSOR_41),
              new Signal.Live(0),
              new Signal.Message(new Event("order.shipped", "{\"order\":17}", CURSOR_42)),
              new Signal.Comment(""),
              new Signal.Comment(""),
              new Signal.Message(new Event("typing", "{\"from\":\"bob\"}", CURSOR_42)),
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
            exchange ->
                exchange.open().introduce(CURSOR_42).send(vector("closing-kicked")).silence())) {
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
                    .introduce(CURSOR_41)
                    .send(vector("gap-expired"))
                    .send(vector("gap-unknown"))
                    .send(vector("expiring"))
                    .send(vector("heartbeat-event"))
                    .event(CURSOR_45, "stream.new-in-2030", "{}")
                    .event("", "stream.gap", "not JSON"))) {
      var signals = signalsUntil(server, Signal.Disconnected.class);

      assertThat(signals.subList(3, signals.size() - 1))
          .containsExactly(
              new Signal.Positioned(CURSOR_41),
              new Signal.Gap("user", "expired", OptionalLong.of(3)),
              new Signal.Positioned(CURSOR_42),
              new Signal.Gap("all", "unknown", OptionalLong.empty()),
              new Signal.Expiring(ofSeconds(60)),
              new Signal.Positioned(CURSOR_45),
              new Signal.OtherControl("stream.new-in-2030", "{}"),
              new Signal.Gap("", "", OptionalLong.empty()));
    }
  }

  @Test
  void positionsAndHeartbeatsOfAFilteredStreamOnlyMoveThePosition() {
    try (var server =
        SseTestServer.start(exchange -> exchange.open().send(vector("stream-filtered")))) {
      var signals = signalsUntil(server, Signal.Disconnected.class);

      assertThat(signals.subList(2, signals.size() - 1))
          .containsExactly(
              new Signal.Greeted("c1", "alice", "resumed", Optional.of(ofSeconds(15)), 2),
              new Signal.Positioned(CURSOR_41),
              new Signal.Live(0),
              new Signal.Comment(""),
              new Signal.Positioned(CURSOR_45),
              new Signal.Comment(""));
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
                    .introduce("1")
                    .event("", "stream.gap", "{}"))) {
      assertThat(signalsUntil(server, Signal.Disconnected.class))
          .filteredOn(Signal.Message.class::isInstance)
          .hasSize(3);
    }
  }

  /** Each is all that a connection says before it is cut. */
  static Stream<Arguments> lastWords() {
    String open = block("stream.open", "b", "{\"protocol\":2}");
    return Stream.of(
        arguments(open, "b"),
        arguments(":\n" + open, "b"),
        arguments(open + block("stream.position", "c", "{}"), "c"),
        arguments(open + block("stream.heartbeat", "c", "{\"time\":1764430000123}"), "c"),
        arguments(open + block("stream.live", "c", "{\"replayed\":0}"), "c"),
        arguments(open + block("stream.expiring", "c", "{\"inMs\":60000}"), "c"),
        arguments(open + block("stream.closing", "c", "{\"reason\":\"drain\"}"), "c"),
        arguments(open + block("stream.new-in-2030", "c", "{}"), "c"),
        arguments(block("stream.open", "a", "{\"mode\":\"gap\",\"protocol\":2}"), "a"),
        arguments(open + block("stream.gap", "c", "{\"log\":\"user\"}"), "c"),
        arguments(open + "event: stream.gap\nid: c\ndata: {}\n", "b"), // No empty line.
        arguments(block("stream.closing", "a", "{\"reason\":\"drain\",\"reconnect\":true}"), "a"),
        arguments(
            "event: stream.closing\ndata: {\"reason\":\"drain\",\"reconnect\":true}\n\n", "a"),
        arguments("id: b\n\n", "b")); // Of a server that is not ours.
  }

  @ParameterizedTest
  @MethodSource("lastWords")
  void aReaderThatIsCutComesBackWithTheIdOfTheLastBlock(String stream, String id) {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().send(stream);
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(Duration.ZERO))
                .build();
        var events = client.open(StreamSpec.endpoint().lastEventId("a"))) {
      assertThat(events.iterator().hasNext()).isFalse();

      assertThat(server.requests().get(1).header("Last-Event-ID")).contains(id);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = AckMode.class,
      names = {"AFTER_HANDLER", "MANUAL"})
  void theIdsOfControlEventsDoNotPassAnEventThatIsNotDone(AckMode mode) {
    var seen = new CopyOnWriteArrayList<String>();
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange
                        .open()
                        .introduce("c" + exchange.number())
                        .event("c7", "", "e" + exchange.number())
                        .event("c8", "stream.position", "{}")
                        .event("c8", "stream.heartbeat", "{\"time\":1}")
                        .silence());
        var client =
            SseClient.builder(server.uri())
                .resume(ResumeStore.memory(), mode)
                .onHandlerError(HandlerErrorPolicy.REDELIVER)
                .reconnect(ReconnectPolicy.exponential().first(Duration.ZERO))
                .build();
        var subscription =
            client.subscribe(
                event -> {
                  seen.add(event.data());
                  if (seen.size() < 3) {
                    throw new IllegalStateException("not done");
                  }
                })) {
      await().until(() -> seen.size() == 3);

      assertThat(server.requests())
          .extracting(Exchange.Request::lastEventId)
          .containsExactly("", "c1", "c2");
      if (mode == AckMode.MANUAL) {
        await().during(ofMillis(200)).until(() -> subscription.lastEventId().equals("c3"));
        subscription.acknowledge(new Event("message", "e3", "c7"));
      }
      await().until(() -> subscription.lastEventId().equals("c8"));
    }
  }

  private static SseTestServer withAGapAfter(String cursor) {
    return SseTestServer.start(
        exchange ->
            exchange
                .open()
                .introduce(cursor)
                .event("c9", "stream.gap", "{\"log\":\"user\",\"reason\":\"expired\"}")
                .silence());
  }

  @Test
  void aListenerThatFailsAtAGapIsToldOfItAgainInTheNextRun() throws Exception {
    var store = ResumeStore.memory();
    store.save("orders", "c1");
    try (var server = withAGapAfter("c1");
        var client =
            SseClient.builder(server.uri())
                .resume(store, AckMode.AFTER_HANDLER)
                .onHandlerError(HandlerErrorPolicy.CLOSE)
                .build();
        var subscription =
            client.subscribe(
                StreamSpec.endpoint().named("orders"),
                EventRouter.builder()
                    .onSignal(
                        Signal.Gap.class,
                        gap -> {
                          throw new IllegalStateException("the state cannot be fetched now");
                        })
                    .build())) {
      subscription.awaitClosed();

      assertThat(store.load("orders")).contains("c1");
    }
  }

  @Test
  void aGapAtWhichTheListenerFailsIsDeliveredAgainIfThePolicySaysSo() throws Exception {
    var gaps = new AtomicInteger();
    try (var server = withAGapAfter("c1");
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(Duration.ZERO))
                .onHandlerError(HandlerErrorPolicy.REDELIVER)
                .build();
        var subscription =
            client.subscribe(
                StreamSpec.endpoint().lastEventId("c1"),
                EventRouter.builder()
                    .onSignal(
                        Signal.Gap.class,
                        gap -> {
                          if (gaps.incrementAndGet() == 1) {
                            throw new IllegalStateException("the state cannot be fetched now");
                          }
                        })
                    .build())) {
      assertThat(server.awaitRequest(2).lastEventId()).isEqualTo("c1");
      await().until(() -> subscription.lastEventId().equals("c9"));

      assertThat(gaps).hasValue(2);
    }
  }

  /** What servers of releases before protocol 2 send. */
  @Test
  void aStreamOfProtocolOneIsReadAsWell() {
    String stream =
        """
        retry: 3000
        :

        event: stream.open
        data: {"connection":"c1","user":"alice","mode":"gap","heartbeatMs":15000,"protocol":1}

        event: stream.gap
        data: {"log":"user","reason":"expired","lost":3}

        id: b

        event: stream.live
        data: {"replayed":0}

        id: c
        data: kept

        data: ephemeral

        :

        id: d

        retry: 7412
        event: stream.closing
        data: {"reason":"drain","reconnect":true}

        """;
    try (var server = SseTestServer.start(exchange -> exchange.open().send(stream))) {
      var signals = signalsUntil(server, Signal.Disconnected.class);

      assertThat(signals.subList(1, signals.size()))
          .containsExactly(
              new Signal.Comment(""),
              new Signal.Greeted("c1", "alice", "gap", Optional.of(ofSeconds(15)), 1),
              new Signal.Gap("user", "expired", OptionalLong.of(3)),
              new Signal.Positioned("b"),
              new Signal.Live(0),
              new Signal.Message(new Event("message", "kept", "c")),
              new Signal.Message(new Event("message", "ephemeral", "c")),
              new Signal.Comment(""),
              new Signal.Positioned("d"),
              new Signal.Closing("drain", true),
              new Signal.Disconnected(new Cause.ServerClosing("drain", true)));
    }
  }

  private static String block(String type, String id, String data) {
    return "event: " + type + "\nid: " + id + "\ndata: " + data + "\n\n";
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
