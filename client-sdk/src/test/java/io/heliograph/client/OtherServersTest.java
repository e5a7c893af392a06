package io.heliograph.client;

import static java.time.Duration.ofMinutes;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.SseTestServer;
import io.heliograph.client.testkit.VirtualClock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server sends its readers away: as in docs/protocol.md, also where it is not Heliograph. */
@Timeout(120)
class OtherServersTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  @Test
  void a204ToAReturnEndsTheStreamAtEveryEndpoint() {
    try (var other = SseTestServer.start(exchange -> exchange.open().silence());
        var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().send("retry: 0\n").event("7", "", "a");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client = SseClient.builder(server.uri(), other.uri()).reconnect(AT_ONCE).build();
        var stream = client.open()) {
      var signals = read(stream);

      assertThat(signals)
          .endsWith(
              new Signal.Closed(
                  CloseReason.BY_SERVER, new Cause.HttpStatus(204, "", Optional.empty())));
      assertThat(server.requests()).hasSize(2);
      assertThat(other.requests()).isEmpty();
    }
  }

  /** The 204 is for one return; what the program opens itself is another one. */
  @Test
  void aSecondReturnGoesOnWhereTheFirstOneWasSentAway() throws Exception {
    var store = ResumeStore.memory();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 -> exchange.open().event("7", "", "a");
                    case 2 -> exchange.status(204, "");
                    default -> exchange.open().event("8", "", "b").silence();
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(AT_ONCE)
                .resume(store, AckMode.AFTER_HANDLER)
                .build()) {
      try (var stream = client.open()) {
        read(stream);
      }
      assertThat(server.requests()).hasSize(2);

      try (var stream = client.open()) {
        assertThat(stream.iterator().next().data()).isEqualTo("b");
      }
      assertThat(server.requests())
          .extracting(Exchange.Request::lastEventId)
          .containsExactly("", "7", "7");
    }
  }

  @ParameterizedTest
  @CsvSource({"429, seconds", "503, seconds", "503, date"})
  void retryAfterHoldsBeyondTheCapAndForEachReturn(int status, String form) throws Exception {
    var clock = new VirtualClock();
    var delays = new ArrayList<Duration>();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 -> exchange.open().event("7", "", "a");
                    case 2, 3 ->
                        exchange.status(status, "", "Retry-After: " + inTwoMinutes(clock, form));
                    default -> exchange.status(204, "");
                  }
                });
        var client = SseClient.builder(server.uri()).timeSource(clock).reconnect(AT_ONCE).build();
        var stream = client.open()) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Reconnecting next) {
          delays.add(next.delay());
          clock.advance(next.delay());
        }
      }
      assertThat(delays).hasSize(3);
      assertThat(delays.get(0)).isZero();
      assertThat(delays.subList(1, 3)).allMatch(d -> d.compareTo(ofMinutes(2)) >= 0);
      assertThat(server.requests())
          .extracting(Exchange.Request::lastEventId)
          .containsExactly("", "7", "7", "7");
    }
  }

  private static String inTwoMinutes(VirtualClock clock, String form) {
    return form.equals("seconds")
        ? "120"
        : DateTimeFormatter.RFC_1123_DATE_TIME.format(
            clock.instant().plusSeconds(120).atOffset(ZoneOffset.UTC));
  }

  /**
   * A server that speaks the protocol is obeyed, whoever made it, and also if it does not close.
   */
  @ParameterizedTest
  @ValueSource(strings = {"event: stream.open\nid: c0\ndata: {\"protocol\":2}\n\n", ""})
  void reconnectFalseIsObeyedByWhoSpeaksTheProtocol(String introduction) throws Exception {
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange
                        .open()
                        .send(introduction)
                        .event("", "stream.closing", "{\"reason\":\"full\",\"reconnect\":false}")
                        .silence());
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build();
        var stream = client.open()) {
      assertThat(read(stream))
          .endsWith(
              new Signal.Closed(CloseReason.BY_SERVER, new Cause.ServerClosing("full", false)));
      server.awaitConnections(0);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void anEventOfThatNameFromAnyOtherServerIsAnEvent() {
    String data = "{\"reason\":\"full\",\"reconnect\":false}";
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().event("a").event("", "stream.closing", data);
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build();
        var stream = client.open()) {
      assertThat(read(stream)).contains(new Signal.Message(new Event("stream.closing", data, "")));
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void theHeadersOfTheAnswerAreAtOpened() {
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange
                        .open("X-Request-Id: r-1", "Set-Cookie: sid=s3cret", "Via: a", "Via: b")
                        .silence());
        var client = SseClient.create(server.uri());
        var stream = client.open()) {
      var opened = (Signal.Opened) stream.signals().iterator().next();

      assertThat(opened.header("x-request-ID")).contains("r-1");
      assertThat(opened.header("Retry-After")).isEmpty();
      assertThat(opened.headers().get("VIA")).containsExactly("a", "b");
      assertThat(opened.header("set-cookie")).contains("sid=s3cret");
      assertThat(opened.toString()).contains("x-request-id").doesNotContain("s3cret");
    }
  }

  private static List<Signal> read(EventStream stream) {
    var signals = new ArrayList<Signal>();
    stream.signals().forEach(signals::add);
    return signals;
  }
}
