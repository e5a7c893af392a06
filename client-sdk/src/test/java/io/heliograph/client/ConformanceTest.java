package io.heliograph.client;

import static io.heliograph.client.Backports.last;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.Exchange.Framing;
import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** All of the conformance cases over real sockets, however the bytes are cut and framed. */
@Order(1)
class ConformanceTest {
  private static final List<ConformanceCase> CASES = ConformanceCase.all();
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  static Stream<Arguments> casesCutsAndFramings() {
    return CASES.stream()
        .flatMap(
            c ->
                Stream.of(Integer.MAX_VALUE, 1, 2)
                    .flatMap(
                        cut -> Arrays.stream(Framing.values()).map(f -> Arguments.of(c, cut, f))));
  }

  @ParameterizedTest(name = "{0} cut {1} {2}")
  @MethodSource("casesCutsAndFramings")
  void readsAsTheStandardSays(ConformanceCase c, int cut, Framing framing) {
    try (var server = SseTestServer.start(exchange -> answer(c, exchange, cut, framing));
        var client = SseClient.builder(server.uri()).reconnect(ReconnectPolicy.never()).build();
        var stream = client.open()) {

      var signals = new ArrayList<Signal>();
      stream.signals().forEach(signals::add);

      var request = server.requests().get(0);
      var expected = expected(c, name -> request.header(name).orElse(null));
      assertThat(events(signals)).isEqualTo(expected);
      assertThat(signals.stream().anyMatch(s -> s instanceof Signal.Opened))
          .isEqualTo(c.expectOpen());
      assertThat(((Signal.Closed) last(signals)).reason()).isEqualTo(endOf(c, signals));
      assertThat(server.failures()).isEmpty();
      c.expectRequestHeader()
          .forEach(
              (name, value) ->
                  assertThat(server.requests().get(0).header(name)).contains((String) value));
    }
  }

  static Stream<Arguments> streamsAndCuts() {
    return CASES.stream()
        .filter(c -> c.expectOpen() && c.redirectTo().isEmpty())
        .filter(c -> c.expectRequestHeader().isEmpty())
        .flatMap(c -> Stream.of(Integer.MAX_VALUE, 1, 2).map(cut -> Arguments.of(c, cut)));
  }

  @ParameterizedTest(name = "{0} cut {1}")
  @MethodSource("streamsAndCuts")
  void readsTheSameThroughGzip(ConformanceCase c, int cut) {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  assertThat(exchange.request().header("Accept-Encoding")).contains("gzip");
                  exchange.open("Content-Encoding: gzip");
                  try (var gzip = new GZIPOutputStream(exchange.body(), 512, true)) {
                    pieces(
                        c.body().toByteArray(),
                        cut,
                        piece -> {
                          gzip.write(piece);
                          gzip.flush();
                        });
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(ReconnectPolicy.never()).build();
        var stream = client.open()) {

      var signals = new ArrayList<Signal>();
      stream.signals().forEach(signals::add);

      assertThat(events(signals)).isEqualTo(c.expected());
      assertThat(server.failures()).isEmpty();
    }
  }

  static Stream<Arguments> casesAndCuts() {
    return CASES.stream()
        .flatMap(c -> Stream.of(Integer.MAX_VALUE, 1, 2).map(cut -> Arguments.of(c, cut)));
  }

  @ParameterizedTest(name = "{0} cut {1}")
  @MethodSource("casesAndCuts")
  void readsTheSameOverHttp2(ConformanceCase c, int cut) {
    try (var server = Http2Server.start(request -> http2Answer(c, request, cut));
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.never())
                .okHttp(okHttp -> okHttp.protocols(Http2Server.PROTOCOL))
                .build();
        var stream = client.open()) {

      var signals = new ArrayList<Signal>();
      stream.signals().forEach(signals::add);

      var first = server.requests().get(0);
      assertThat(first.getVersion()).isEqualTo("HTTP/2");
      assertThat(events(signals)).isEqualTo(expected(c, name -> first.getHeaders().get(name)));
      assertThat(signals.stream().anyMatch(s -> s instanceof Signal.Opened))
          .isEqualTo(c.expectOpen());
      assertThat(((Signal.Closed) last(signals)).reason()).isEqualTo(endOf(c, signals));
      c.expectRequestHeader()
          .forEach((name, value) -> assertThat(first.getHeaders().get(name)).isEqualTo(value));
    }
  }

  private static MockResponse.Builder http2Answer(
      ConformanceCase c, RecordedRequest request, int cut) {
    if (!c.redirectTo().isEmpty()) {
      if (!"/target".equals(request.getTarget())) {
        return new MockResponse.Builder().code(c.status()).setHeader("location", "/target");
      }
      return Http2Server.stream(
          (String) Objects.requireNonNull(c.redirectTo().get("contentType")),
          sink ->
              pieces(
                  ConformanceCase.unescaped(
                      (String) Objects.requireNonNull(c.redirectTo().get("bodyEscaped"))),
                  cut,
                  piece -> sink.write(piece).flush()));
    }
    byte[] body = c.body().toByteArray();
    for (String header : c.expectRequestHeader().keySet()) {
      String value = request.getHeaders().get(header);
      body = ("data: " + (value == null ? "absent" : value) + "\n\n").getBytes(UTF_8);
    }
    byte[] sent = body;
    return Http2Server.stream(
            c.contentType(), sink -> pieces(sent, cut, piece -> sink.write(piece).flush()))
        .code(c.status());
  }

  /** Against the standard, which knows no transient refusal, 503 is tried again. */
  private static CloseReason endOf(ConformanceCase c, List<Signal> signals) {
    if (c.expectOpen()) {
      boolean truncated = signals.contains(new Signal.Disconnected(new Cause.ServerClosed(true)));
      return truncated ? CloseReason.TRUNCATED : CloseReason.COMPLETED;
    }
    return c.status() == 503
        ? CloseReason.GAVE_UP
        : c.status() == 204 ? CloseReason.BY_SERVER : CloseReason.REFUSED;
  }

  private static List<Event> expected(ConformanceCase c, Headers request) {
    if (!c.redirectTo().isEmpty()) {
      return ConformanceCase.events(c.redirectTo().get("expectedEvents"));
    }
    return c.expected().stream()
        .map(e -> new Event(e.type(), echoed(e.data(), request), e.lastEventId()))
        .toList();
  }

  /** Request cases echo a header of the request as their data. */
  private static String echoed(String data, Headers request) {
    if (!data.startsWith("<value of ")) {
      return data;
    }
    String header = data.substring("<value of ".length(), data.length() - 1);
    String value = request.get(header);
    return value == null ? "absent" : value;
  }

  private static void answer(ConformanceCase c, Exchange exchange, int cut, Framing framing)
      throws IOException {
    if (!c.redirectTo().isEmpty()) {
      if (!exchange.request().target().equals("/target")) {
        exchange.redirect(c.status(), "/target");
        return;
      }
      sendBody(
          exchange,
          ConformanceCase.unescaped(
              (String) Objects.requireNonNull(c.redirectTo().get("bodyEscaped"))),
          cut,
          framing,
          "Content-Type: " + c.redirectTo().get("contentType"));
      return;
    }
    String[] headers =
        c.contentType().isEmpty()
            ? new String[0]
            : new String[] {"Content-Type: " + c.contentType()};
    if (c.status() != 200) {
      exchange.status(c.status(), c.body().utf8(), headers);
      return;
    }
    byte[] body = c.body().toByteArray();
    for (String header : c.expectRequestHeader().keySet()) {
      String value = exchange.request().header(header).orElse("absent");
      body = ("data: " + value + "\n\n").getBytes(UTF_8);
    }
    sendBody(exchange, body, cut, framing, headers);
  }

  private static void sendBody(
      Exchange exchange, byte[] body, int cut, Framing framing, String... headers)
      throws IOException {
    exchange.open(framing, body.length, headers);
    pieces(body, cut, exchange::send);
  }

  private static void pieces(byte[] body, int cut, Sender sender) throws IOException {
    for (int from = 0; from < body.length; ) {
      int to = cut < body.length - from ? from + cut : body.length;
      sender.send(Arrays.copyOfRange(body, from, to));
      from = to;
    }
  }

  @FunctionalInterface
  private interface Sender {
    void send(byte[] piece) throws IOException;
  }

  @FunctionalInterface
  private interface Headers {
    @Nullable String get(String name);
  }

  static Stream<ConformanceCase> casesThatReconnect() {
    return CASES.stream().filter(c -> !c.reconnect().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("casesThatReconnect")
  void comesBackAsTheStandardSays(ConformanceCase c) throws Exception {
    var expected = new ArrayList<>(c.expected());
    var second = c.reconnect().get("secondExpectedEvents");
    var third = c.reconnect().get("thirdExpectedEvents");
    if (second != null) {
      expected.addAll(ConformanceCase.events(second));
    }
    if (third != null) {
      expected.addAll(ConformanceCase.events(third));
    }
    if (c.reconnect().containsKey("secondConnection")) {
      expected.addAll(c.expected());
    }
    int connections =
        third != null ? 3 : second != null || expected.size() > c.expected().size() ? 2 : 1;
    var endedAt = new long[5];
    try (var server =
            SseTestServer.start(
                exchange -> {
                  int n = exchange.number();
                  if (n > connections) {
                    exchange.status(204, "");
                    return;
                  }
                  exchange.open();
                  exchange.send(n == 1 ? c.body().toByteArray() : laterBody(c, exchange));
                  endedAt[n] = System.nanoTime();
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build();
        var stream = client.open()) {

      var signals = new ArrayList<Signal>();
      stream.signals().forEach(signals::add);

      assertThat(events(signals)).isEqualTo(expected);
      assertThat(((Signal.Closed) last(signals)).reason()).isEqualTo(CloseReason.BY_SERVER);
      var back = server.requests().get(1);
      if (c.reconnect().get("delayMs") instanceof Number delay) {
        // What it meant to wait; how late a busy machine lets it come back says nothing.
        assertThat(firstDelay(signals).toMillis())
            .isBetween(delay.longValue(), delay.longValue() * 5 / 4);
        double millis = (back.arrivedAt() - endedAt[1]) / 1e6;
        assertThat(millis).isGreaterThan(delay.longValue() - 5.0); // And it did wait.
      }
      if (c.reconnect().get("expectLastEventIdHeaderUtf8Hex") instanceof String hex) {
        assertThat(back.header("Last-Event-ID"))
            .contains(new String(HexFormat.of().parseHex(hex), ISO_8859_1));
      } else if (c.reconnect().containsKey("expectLastEventIdHeader")) {
        assertThat(back.header("Last-Event-ID")).isEmpty();
      }
    }
  }

  private static Duration firstDelay(List<Signal> signals) {
    return signals.stream()
        .filter(Signal.Reconnecting.class::isInstance)
        .map(signal -> ((Signal.Reconnecting) signal).delay())
        .findFirst()
        .orElseThrow();
  }

  private static byte[] laterBody(ConformanceCase c, Exchange exchange) {
    if (c.reconnect().containsKey("expectLastEventIdHeaderUtf8Hex")) {
      return ("data: " + exchange.request().headerUtf8("Last-Event-ID").orElse("absent") + "\n\n")
          .getBytes(UTF_8);
    }
    return c.reconnect().get("secondBodyEscaped") instanceof String body
        ? ConformanceCase.unescaped(body)
        : c.body().toByteArray();
  }

  private static List<Event> events(List<Signal> signals) {
    return signals.stream()
        .filter(Signal.Message.class::isInstance)
        .map(s -> ((Signal.Message) s).event())
        .toList();
  }

  @Test
  void theCasesAreAllThere() {
    assertThat(CASES).hasSize(79);
  }
}
