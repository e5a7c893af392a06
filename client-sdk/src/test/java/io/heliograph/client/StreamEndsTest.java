package io.heliograph.client;

import static io.heliograph.client.Backports.last;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What ends a stream, what is tried again, and how soon. */
@Timeout(120)
@Order(1)
class StreamEndsTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  // For a machine that is busy elsewhere.
  private static final Duration LATE = ofSeconds(9);

  @ParameterizedTest
  @ValueSource(ints = {205, 206, 299, 300, 304, 400, 401, 403, 404, 405, 406, 409, 410, 418, 422})
  void theseStatusesEndIt(int status) {
    try (var server = SseTestServer.start(exchange -> exchange.status(status, ""))) {
      var closed = (Signal.Closed) last(signalsOf(server, AT_ONCE));

      assertThat(closed.reason()).isEqualTo(CloseReason.REFUSED);
      assertThat(closed.cause())
          .isInstanceOf(status == 401 ? Cause.AuthFailed.class : Cause.HttpStatus.class);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 599})
  void theseStatusesAreTriedAgain(int status) {
    try (var server =
        SseTestServer.start(
            exchange -> exchange.status(exchange.number() < 3 ? status : 204, "busy"))) {
      var signals = signalsOf(server, AT_ONCE);

      assertThat(kinds(signals))
          .containsExactly(
              "Disconnected",
              "Reconnecting",
              "Disconnected",
              "Reconnecting",
              "Disconnected",
              "Closed");
      assertThat(((Signal.Disconnected) signals.get(0)).cause())
          .isInstanceOfSatisfying(
              Cause.HttpStatus.class,
              cause -> {
                assertThat(cause.code()).isEqualTo(status);
                assertThat(cause.body()).isEqualTo("busy");
              });
      assertThat(server.requests()).hasSize(3);
    }
  }

  @Test
  void aRefusalWhoseBodyDripsEndsItWithWhatCame() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.raw(
                      "HTTP/1.1 404 Not Found\r\nContent-Length: 9999\r\n\r\nno such stream"
                          .getBytes(StandardCharsets.US_ASCII));
                  while (true) {
                    exchange.raw(new byte[] {' '});
                    Thread.sleep(50); // So that no read waits for long.
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .timeouts(ofSeconds(5), ofSeconds(5), ofSeconds(5))
                .build();
        var stream = client.open()) {
      assertThat(last(read(stream)))
          .isInstanceOfSatisfying(
              Signal.Closed.class,
              closed -> {
                assertThat(closed.reason()).isEqualTo(CloseReason.REFUSED);
                assertThat(closed.cause().describe())
                    .isEqualTo("the server answered 404: no such stream");
              });
    }
  }

  /** OkHttp fails at these as it does at a broken connection, which is tried again. */
  @ParameterizedTest
  @ValueSource(strings = {"204 No Content", "205 Reset Content", "407 Proxy Authentication"})
  void aFinalStatusThatOkHttpDoesNotLikeEndsItToo(String status) {
    try (var server =
        SseTestServer.start(
            exchange ->
                exchange.raw(
                    ("HTTP/1.1 " + status + "\r\nContent-Length: 2\r\n\r\nhi")
                        .getBytes(StandardCharsets.US_ASCII)))) {
      var closed = (Signal.Closed) last(signalsOf(server, AT_ONCE));

      assertThat(closed.cause())
          .isInstanceOfSatisfying(
              Cause.HttpStatus.class, cause -> assertThat(status).startsWith("" + cause.code()));
      assertThat(closed.reason())
          .isEqualTo(status.startsWith("204") ? CloseReason.BY_SERVER : CloseReason.REFUSED);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void retryAfterIsAFloor() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.number() == 1) {
                exchange.status(503, "", "Retry-After: 1");
              } else {
                exchange.status(204, "");
              }
            })) {
      signalsOf(server, AT_ONCE);

      assertThat(gap(server, 0)).isBetween(ofSeconds(1), LATE);
    }
  }

  /** OkHttp by itself would send these requests again, unseen by anybody. */
  @ParameterizedTest
  @ValueSource(ints = {408, 503})
  void noRequestIsSentUnseen(int status) {
    try (var server =
        SseTestServer.start(exchange -> exchange.status(status, "", "Retry-After: 0"))) {
      var signals = signalsOf(server, ReconnectPolicy.never());

      assertThat(server.requests()).hasSize(1);
      assertThat(((Signal.Closed) last(signals)).reason()).isEqualTo(CloseReason.GAVE_UP);
    }
  }

  @Test
  void retryFieldIsAFloorAndOutlivesTheConnection() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              switch (exchange.number()) {
                case 1 -> exchange.open().send("retry: 300\n");
                case 2 -> exchange.open();
                default -> exchange.status(204, "");
              }
            })) {
      signalsOf(server, AT_ONCE);

      assertThat(gap(server, 0)).isBetween(ofMillis(300), LATE);
      assertThat(gap(server, 1)).isBetween(ofMillis(300), LATE);
    }
  }

  @Test
  void anotherContentTypeEndsIt() {
    try (var server =
            SseTestServer.start(exchange -> exchange.status(200, "{}", "Content-Type: text/html"));
        var client = SseClient.create(server.uri());
        var stream = client.open()) {

      assertThatThrownBy(() -> stream.iterator().hasNext())
          .isInstanceOfSatisfying(
              StreamClosedException.class,
              e ->
                  assertThat(e.closed().cause())
                      .isEqualTo(new Cause.NotAnEventStream("text/html", "{}")))
          .hasMessageContaining("check that the URL is the URL of a stream");
    }
  }

  /** Such as an error that an LLM's API sends as 200. */
  @Test
  void whatTheServerSaidInsteadOfAStreamIsKept() {
    String error = "{\"error\":\"quota\"}";
    try (var server =
        SseTestServer.start(
            exchange ->
                exchange.status(200, error + " ".repeat(9000), "Content-Type: application/json"))) {
      var signals = signalsOf(server, ReconnectPolicy.exponential());

      assertThat(signals).filteredOn(Signal.Disconnected.class::isInstance).hasSize(1);
      assertThat(((Signal.Closed) last(signals)).cause())
          .isInstanceOfSatisfying(
              Cause.NotAnEventStream.class,
              cause -> {
                assertThat(cause.body()).hasSize(4096).startsWith(error);
                assertThat(cause.describe())
                    .endsWith("of a stream. It began: {\"error\":\"quota\"}");
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"br", "deflate", "gzip"})
  void anEncodingThatNobodyAskedForIsSaidInASentence(String encoding) {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.open("Content-Encoding: " + encoding).send("x").silence());
        var client =
            SseClient.builder(server.uri())
                .header("Accept-Encoding", "gzip") // So OkHttp does not undo it.
                .build();
        var stream = client.open()) {
      var signals = read(stream);

      assertThat(((Signal.Closed) last(signals)))
          .isEqualTo(
              new Signal.Closed(CloseReason.REFUSED, new Cause.UnexpectedEncoding(encoding)));
      assertThat(((Signal.Closed) last(signals)).cause().describe())
          .contains("Content-Encoding " + encoding + ", which this client did not request");
      assertThat(signals).noneMatch(Signal.Opened.class::isInstance);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"{\"detail\":\"the token ended at 12:00\"}", "the token ended at 12:00"})
  void theReasonOfA401IsTheServersOwn(String body) {
    try (var server = SseTestServer.start(exchange -> exchange.status(401, body))) {
      var signals = signalsOf(server, ReconnectPolicy.exponential());

      assertThat(((Signal.Closed) last(signals)).cause().describe())
          .isEqualTo("the server answered 401: the token ended at 12:00");
    }
  }

  /** The same event would come again from the same position, for ever. */
  @Test
  void anEventThatIsTooLargeIsFetchedOnce() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.open().event("1", "", "x".repeat(2 << 20)).silence());
        var client = SseClient.create(server.uri());
        var stream = client.open()) {
      var signals = read(stream);

      assertThat(((Signal.Closed) last(signals)).reason()).isEqualTo(CloseReason.REFUSED);
      assertThat(((Signal.Closed) last(signals)).cause().describe()).contains("maxEventBytes");
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void anIdThatNoHeaderCanCarryIsRefusedAndNotStored() throws Exception {
    var store = ResumeStore.memory();
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange
                        .open()
                        .event("i".repeat(4096), "", "a")
                        .event("i".repeat(70_000), "", "b")
                        .silence());
        var client = SseClient.builder(server.uri()).resume(store, AckMode.AFTER_HANDLER).build();
        var stream = client.open(StreamSpec.endpoint().named("s"))) {
      var signals = read(stream);

      assertThat(((Signal.Closed) last(signals)).cause().describe()).contains("70000 bytes");
      assertThat(store.load("s")).contains("i".repeat(4096));
    }
    assertThatThrownBy(() -> StreamSpec.endpoint().lastEventId("i".repeat(4097)))
        .hasMessageContaining("4,096");
  }

  @Test
  void aResetInTheMiddleOfALineIsTriedAgainFromTheLastId() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.number() == 1) {
                exchange.open().event("7", "", "a").send("id: 8\ndata: hal");
                exchange.silence(ofSeconds(1)); // Or the reset would overtake the bytes.
                exchange.reset();
              } else {
                exchange.status(204, "");
              }
            })) {
      var signals = signalsOf(server, AT_ONCE);

      assertThat(kinds(signals))
          .containsExactly(
              "Opened", "Message", "Disconnected", "Reconnecting", "Disconnected", "Closed");
      assertThat(((Signal.Disconnected) signals.get(2)).cause())
          .isInstanceOf(Cause.ConnectionLost.class);
      assertThat(server.requests().get(1).header("Last-Event-ID")).contains("7");
    }
  }

  @Test
  void anOrderlyEndSaysWhetherItWasInsideABlock() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              switch (exchange.number()) {
                case 1 -> exchange.open().event("", "", "a");
                case 2 -> exchange.open().send("data: hal");
                default -> exchange.status(204, "");
              }
            })) {
      assertThat(causes(signalsOf(server, AT_ONCE)))
          .startsWith(new Cause.ServerClosed(false), new Cause.ServerClosed(true));
    }
  }

  /** okhttp-sse 5.5.1 alone would spin for ever, and no cancel, interrupt or time-out ends it. */
  @ParameterizedTest
  @ValueSource(strings = {"data: a\r", "data: a\r\n\r", "\r", ":\r", "id: 1\r", "data: a\n\n\r"})
  void aStreamThatEndsWithACarriageReturnEnds(String body) {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.number() == 1) {
                exchange.open().send(body);
              } else {
                exchange.status(204, "");
              }
            })) {
      assertThat(causes(signalsOf(server, AT_ONCE)).get(0)).isInstanceOf(Cause.ServerClosed.class);
    }
  }

  @Test
  void aRedirectToAnotherOriginIsRefusedBeforeItLeaksAnything() {
    try (var other = SseTestServer.start(exchange -> exchange.open().silence());
        var server =
            SseTestServer.start(exchange -> exchange.redirect(302, other.uri().toString()))) {
      var closed = (Signal.Closed) last(signalsOf(server, AT_ONCE));

      assertThat(closed.cause()).isEqualTo(new Cause.RedirectRefused(302, other.uri().toString()));
      assertThat(other.requests()).isEmpty();
    }
  }

  @Test
  void aServerThatAcceptsAndDropsIsNotHammered() {
    var policy = ReconnectPolicy.exponential().first(ofMillis(100)).cap(ofSeconds(60));
    try (var server = SseTestServer.start(exchange -> exchange.open().event("1", "", "a"));
        var client = SseClient.builder(server.uri()).reconnect(policy).build();
        var stream = client.open()) {
      var failures = new ArrayList<Integer>();
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Reconnecting next) {
          failures.add(next.failures());
          assertThat(next.delay()).isLessThanOrEqualTo(ofMillis(100L << (next.failures() - 1)));
        }
        if (failures.size() == 5) {
          break;
        }
      }
      assertThat(failures).containsExactly(1, 2, 3, 4, 5);
    }
  }

  @Test
  void aStableConnectionEndsTheRowOfFailures() {
    var policy = AT_ONCE.stableAfter(ofMillis(200));
    try (var server =
        SseTestServer.start(
            exchange -> {
              switch (exchange.number()) {
                case 1, 2 -> exchange.status(500, "");
                case 3 -> exchange.open().send(":\n").silence(ofSeconds(1));
                case 4 ->
                    exchange.open().silence(ofMillis(300)); // Open for long, but carries no byte.
                default -> exchange.status(204, "");
              }
            })) {
      var rows =
          signalsOf(server, policy).stream()
              .filter(Signal.Reconnecting.class::isInstance)
              .map(s -> ((Signal.Reconnecting) s).failures());

      assertThat(rows).containsExactly(1, 2, 1, 2);
    }
  }

  @Test
  void aRowOfFailuresMayBeLimited() {
    try (var server = SseTestServer.start(exchange -> exchange.status(500, ""));
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE.maxFailures(3)).build();
        var stream = client.open()) {
      assertThatThrownBy(() -> stream.iterator().next())
          .isInstanceOf(StreamClosedException.class)
          .hasMessageContaining("500")
          .hasMessageContaining("no further attempt");
      assertThat(server.requests()).hasSize(4);
    }
  }

  @Test
  void aRefusedConnectionIsTriedAgain() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    var signals = signalsOf(URI.create("http://127.0.0.1:" + port), AT_ONCE.maxFailures(1));

    assertThat(causes(signals))
        .hasSize(2)
        .allSatisfy(
            cause ->
                assertThat(cause)
                    .isInstanceOfSatisfying(
                        Cause.ConnectFailed.class,
                        c -> assertThat(c.phase()).isEqualTo(ConnectPhase.CONNECT)));
  }

  @Test
  void aServerThatNeverAnswersIsLeftBehindAfterFirstByte() {
    try (var server = SseTestServer.start(exchange -> exchange.silence());
        var client =
            SseClient.builder(server.uri())
                .timeouts(ofSeconds(5), ofMillis(300), ofSeconds(5))
                .reconnect(ReconnectPolicy.never())
                .build();
        var stream = client.open()) {
      assertThat(causes(read(stream)))
          .singleElement()
          .isInstanceOfSatisfying(
              Cause.ConnectTimeout.class,
              cause -> {
                assertThat(cause.phase()).isEqualTo(ConnectPhase.RESPONSE);
                assertThat(cause.after()).isBetween(ofMillis(290), LATE);
              });
    }
  }

  @Test
  void aLookUpThatHangsIsLeftBehindAtTheDeadlineOfTheAttempt() {
    var never = new CountDownLatch(1);
    var lookups = new AtomicInteger();
    try (var client =
            SseClient.builder(URI.create("http://hangs.invalid/"))
                .timeouts(ofSeconds(5), ofSeconds(5), ofMillis(300))
                .reconnect(AT_ONCE.maxFailures(2))
                .okHttp(
                    builder ->
                        builder.dns(
                            name -> {
                              lookups.incrementAndGet();
                              awaitUninterruptibly(never);
                              return List.of(InetAddress.getLoopbackAddress());
                            }))
                .build();
        var stream = client.open()) {
      long start = System.nanoTime();

      assertThat(causes(read(stream)))
          .hasSize(3)
          .allSatisfy(
              cause ->
                  assertThat(cause)
                      .isInstanceOfSatisfying(
                          Cause.ConnectTimeout.class,
                          c -> assertThat(c.phase()).isEqualTo(ConnectPhase.DNS)));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(ofMillis(850), LATE);
      assertThat(lookups).as("lookups that hang are shared").hasValue(1);
    } finally {
      never.countDown();
    }
  }

  @Test
  void aTokenIsAskedForBeforeEachAttemptAndRenewedOnceAfter401() {
    var asked = new ArrayList<Boolean>();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1, 3 -> exchange.open();
                    case 2 -> exchange.status(401, "");
                    default -> exchange.status(401, "no");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(AT_ONCE)
                .tokens(
                    renew -> {
                      asked.add(renew);
                      return "t" + asked.size();
                    })
                .build();
        var stream = client.open()) {
      var signals = read(stream);

      assertThat(asked).containsExactly(false, false, true, false, true);
      assertThat(server.requests())
          .extracting(r -> r.header("Authorization").orElse(""))
          .containsExactly("Bearer t1", "Bearer t2", "Bearer t3", "Bearer t4", "Bearer t5");
      assertThat(last(signals))
          .isEqualTo(new Signal.Closed(CloseReason.REFUSED, new Cause.AuthFailed("no")));
    }
  }

  @Test
  void aTokenProviderThatFailsOrHangsIsTriedAgain() throws Exception {
    var never = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    var asked = new AtomicInteger();
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var client =
            SseClient.builder(server.uri())
                .timeouts(ofSeconds(5), ofSeconds(5), ofSeconds(2))
                .reconnect(AT_ONCE)
                .tokens(
                    renew -> {
                      switch (asked.incrementAndGet()) {
                        case 1 -> throw new AssertionError("an error, too");
                        case 2 -> {
                          try {
                            never.await();
                          } catch (InterruptedException e) {
                            interrupted.countDown();
                            throw e;
                          }
                        }
                        default -> {}
                      }
                      return "t";
                    })
                .build();
        var stream = client.open()) {
      var causes = causes(read(stream));

      assertThat(causes.get(0))
          .isInstanceOfSatisfying(
              Cause.ConnectFailed.class, c -> assertThat(c.phase()).isEqualTo(ConnectPhase.TOKEN));
      assertThat(causes.get(1))
          .isInstanceOfSatisfying(
              Cause.ConnectTimeout.class, c -> assertThat(c.phase()).isEqualTo(ConnectPhase.TOKEN));
      assertThat(server.requests()).hasSize(1);
    }
  }

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "Bearer t", "t\n", "tök"})
  void aTokenThatNoHeaderCanCarryIsNotSent(String odd) {
    var asked = new AtomicInteger();
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var client =
            SseClient.builder(server.uri())
                .reconnect(AT_ONCE)
                .tokens(renew -> asked.incrementAndGet() == 1 ? odd : "t")
                .build();
        var stream = client.open()) {
      var cause = (Cause.ConnectFailed) causes(read(stream)).get(0);

      assertThat(cause.phase()).isEqualTo(ConnectPhase.TOKEN);
      assertThat(cause.describe()).contains("the token provider failed", "it returned");
      assertThat(server.requests())
          .extracting(r -> r.header("Authorization").orElse(""))
          .containsExactly("Bearer t");
    }
  }

  private static List<Signal> signalsOf(SseTestServer server, ReconnectPolicy policy) {
    return signalsOf(server.uri(), policy);
  }

  private static List<Signal> signalsOf(URI uri, ReconnectPolicy policy) {
    try (var client = SseClient.builder(uri).reconnect(policy).build();
        var stream = client.open()) {
      return read(stream);
    }
  }

  private static List<Signal> read(EventStream stream) {
    var signals = new ArrayList<Signal>();
    stream.signals().forEach(signals::add);
    return signals;
  }

  private static List<String> kinds(List<Signal> signals) {
    return signals.stream().map(s -> s.getClass().getSimpleName()).toList();
  }

  private static List<Cause> causes(List<Signal> signals) {
    return signals.stream()
        .filter(Signal.Disconnected.class::isInstance)
        .map(s -> ((Signal.Disconnected) s).cause())
        .toList();
  }

  /** From one request to the next. */
  private static Duration gap(SseTestServer server, int first) {
    return Duration.ofNanos(
        server.requests().get(first + 1).arrivedAt() - server.requests().get(first).arrivedAt());
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException e) {
        // As native code would: it does not care.
      }
    }
  }
}
