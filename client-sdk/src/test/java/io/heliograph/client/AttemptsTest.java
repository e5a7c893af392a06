package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static io.heliograph.client.Backports.last;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be changed about attempts, and what can be seen of them. */
@Timeout(120)
class AttemptsTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  static URI nobodyThere() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
    }
  }

  private static List<Signal> read(SseClient client, StreamSpec spec) {
    var signals = new ArrayList<Signal>();
    try (client;
        var stream = client.open(spec)) {
      stream.signals().forEach(signals::add);
    }
    return signals;
  }

  private static List<Cause> causes(List<Signal> signals) {
    return signals.stream()
        .filter(Signal.Disconnected.class::isInstance)
        .map(s -> ((Signal.Disconnected) s).cause())
        .toList();
  }

  // ---- Endpoints.

  @Test
  void theNextEndpointIsTriedWhenOneIsGoneAndGoesOnFromTheSameId() throws Exception {
    try (var second =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().event("2", "", "b");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var first = SseTestServer.start(exchange -> exchange.open().event("1", "", "a").silence());
        var client =
            SseClient.builder(first.uri(), nobodyThere(), second.uri()).reconnect(AT_ONCE).build();
        var stream = client.open(StreamSpec.at("s"))) {
      var events = stream.iterator();
      assertThat(events.next().data()).isEqualTo("a");
      first.close();

      assertThat(events.next().data()).isEqualTo("b");
      assertThat(events.hasNext()).isFalse();
      assertThat(second.requests())
          .extracting(r -> r.target() + " " + r.header("Last-Event-ID").orElse(""))
          .containsExactly("/s 1", "/s 2");
    }
  }

  // ---- The request of an attempt.

  @Test
  void eachAttemptMayGetItsOwnHeaderQueryAndUrl() {
    try (var elsewhere = SseTestServer.start(exchange -> exchange.status(204, ""));
        var server =
            SseTestServer.start(
                exchange -> exchange.open().event("i" + exchange.number(), "", "a"))) {
      var client =
          SseClient.builder(server.uri())
              .reconnect(AT_ONCE)
              .tokens(renew -> "t")
              .request(
                  request -> {
                    request.header("X-Number", "" + request.number());
                    request.query("ticket", request.lastEventId() + "&é");
                    if (request.number() == 3) {
                      request.uri(elsewhere.uri().resolve("/x"));
                    }
                  })
              .build();
      read(client, StreamSpec.at("s?ticket=old"));

      assertThat(server.requests())
          .extracting(r -> r.target() + " " + r.header("X-Number").orElse(""))
          .containsExactly("/s?ticket=%26%C3%A9 1", "/s?ticket=i1%26%C3%A9 2");
      assertThat(elsewhere.requests())
          .singleElement()
          .satisfies(
              r -> {
                assertThat(r.target()).isEqualTo("/x");
                assertThat(r.header("Last-Event-ID")).contains("i2");
                assertThat(r.header("Authorization")).contains("Bearer t");
              });
    }
  }

  @Test
  void aCustomizerThatFailsOrHangsIsTriedAgain() {
    var never = new CountDownLatch(1);
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""))) {
      var client =
          SseClient.builder(server.uri())
              .timeouts(ofSeconds(5), ofSeconds(5), ofMillis(300))
              .reconnect(AT_ONCE)
              .request(
                  request -> {
                    switch (request.number()) {
                      case 1 -> throw new IOException("no ticket");
                      case 2 -> never.await();
                      case 3 -> request.uri(URI.create("ftp://h/"));
                      default -> {}
                    }
                  })
              .build();
      var causes = causes(read(client, StreamSpec.endpoint()));

      assertThat(causes.get(0).describe()).contains("no ticket");
      assertThat(causes.get(1))
          .isInstanceOfSatisfying(
              Cause.ConnectTimeout.class, c -> assertThat(c.phase()).isEqualTo(ConnectPhase.TOKEN));
      assertThat(causes.get(2)).isInstanceOf(Cause.ConnectFailed.class);
      assertThat(server.requests()).hasSize(1);
    }
  }

  // ---- Redirects.

  @Test
  void redirectsAreFollowedAsFarAsAllowed() {
    try (var other = SseTestServer.start(exchange -> exchange.status(204, ""));
        var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.request().target()) {
                    case "/same" -> exchange.redirect(307, "/end");
                    case "/end" -> exchange.status(204, "");
                    default -> exchange.redirect(307, other.uri().toString());
                  }
                })) {
      assertThat(endOf(server, Redirects.NEVER, "/same"))
          .isEqualTo(new Cause.RedirectRefused(307, "/end"));
      assertThat(endOf(server, Redirects.SAME_ORIGIN, "/same"))
          .isInstanceOfSatisfying(Cause.HttpStatus.class, c -> assertThat(c.code()).isEqualTo(204));
      assertThat(endOf(server, Redirects.SAME_ORIGIN, "/away"))
          .isInstanceOf(Cause.RedirectRefused.class);
      assertThat(other.requests()).isEmpty();
      assertThat(endOf(server, Redirects.ANY, "/away"))
          .isInstanceOfSatisfying(Cause.HttpStatus.class, c -> assertThat(c.code()).isEqualTo(204));
      assertThat(other.requests())
          .singleElement()
          .satisfies(r -> assertThat(r.header("Last-Event-ID")).contains("7"));
    }
  }

  private static Cause endOf(SseTestServer server, Redirects redirects, String path) {
    var client = SseClient.builder(server.uri()).redirects(redirects).build();
    return ((Signal.Closed) last(read(client, StreamSpec.at(path).lastEventId("7")))).cause();
  }

  // ---- POST.

  @Test
  void aPostIsNotSentTwice() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              switch (exchange.request().target()) {
                case "/stream" -> exchange.open().event("1", "", "a");
                case "/busy" -> exchange.status(503, "", "Retry-After: 0");
                default -> exchange.reset();
              }
            })) {
      for (String path : List.of("/stream", "/busy", "/reset")) {
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build();
        var signals = read(client, StreamSpec.at(path).post("application/json", "{\"q\":\"é\"}"));
        assertThat(((Signal.Closed) last(signals)).reason())
            .isEqualTo(path.equals("/stream") ? CloseReason.COMPLETED : CloseReason.GAVE_UP);
      }
      assertThat(server.requests())
          .hasSize(3)
          .allSatisfy(
              r -> {
                assertThat(r.method()).isEqualTo("POST");
                assertThat(r.body()).isEqualTo("{\"q\":\"é\"}");
                assertThat(r.header("Content-Type")).contains("application/json");
              });
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aPostIsNotSentTwiceByARestartOrAResumptionEither(boolean pause) throws Exception {
    try (var server = SseTestServer.start(exchange -> exchange.open().silence());
        var client = SseClient.create(server.uri());
        var subscription =
            client.subscribe(StreamSpec.endpoint().post("text/plain", "q"), event -> {})) {
      await().until(() -> subscription.state() == Subscription.State.OPEN);
      if (pause) {
        subscription.pause();
        subscription.resume();
      } else {
        subscription.restart();
      }
      assertThat(subscription.awaitClosed(ofSeconds(20))).isTrue();
      assertThat(subscription.closeReason()).contains(CloseReason.GAVE_UP);
      assertThat(server.requests()).hasSize(1);
    }
  }

  @Test
  void spansThatNoClockCanCountAreTakenForForEver() throws Exception {
    Duration ages = Duration.ofDays(400 * 365);
    Duration most = ofSeconds(Long.MAX_VALUE);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() < 3) {
                    exchange.open().event("", "", "a");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(AT_ONCE.stableAfter(ages))
                .timeouts(most, most, most)
                .heartbeat(Heartbeat.fixed(most))
                .build();
        var subscription = client.subscribe(event -> {})) {
      assertThat(subscription.awaitOpen(most)).isTrue();
      subscription.awaitClosed();
      assertThat(subscription.closeReason()).contains(CloseReason.BY_SERVER);
    }
  }

  @Test
  void aPostThatFailedBeforeItWasSentOrIsIdempotentIsSentAgain() throws Exception {
    var client = SseClient.builder(nobodyThere()).reconnect(AT_ONCE.maxFailures(2)).build();
    assertThat(causes(read(client, StreamSpec.endpoint().post("text/plain", "q")))).hasSize(3);

    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.number() < 3) {
                exchange.open().event("" + exchange.number(), "", "a");
              } else {
                exchange.status(204, "");
              }
            })) {
      read(
          SseClient.builder(server.uri()).reconnect(AT_ONCE).build(),
          StreamSpec.endpoint().post("text/plain", "q").idempotent());
      assertThat(server.requests())
          .extracting(r -> r.method() + r.body() + r.header("Last-Event-ID").orElse(""))
          .containsExactly("POSTq", "POSTq1", "POSTq2");
    }
  }

  // ---- What can be seen.

  @Test
  void anObserverHearsAllThatMetricsNeed() throws Exception {
    var heard = new CopyOnWriteArrayList<String>();
    var bytes = new AtomicInteger();
    var observer =
        new ClientObserver() {
          @Override
          public void attemptStarted(String stream, AttemptReport attempt) {
            heard.add(stream + " started " + attempt.number());
          }

          @Override
          public void attemptOpened(String stream, AttemptReport attempt) {
            heard.add("opened " + attempt.openAfter().isPresent());
          }

          @Override
          public void attemptEnded(String stream, AttemptReport attempt) {
            heard.add(
                "ended "
                    + attempt.events()
                    + " "
                    + attempt.end().orElseThrow().getClass().getSimpleName());
          }

          @Override
          public void bytesReceived(String stream, long count) {
            bytes.addAndGet((int) count);
          }

          @Override
          public void eventDelivered(String stream, Event event, Duration waited) {
            heard.add("delivered " + event.data());
          }

          @Override
          public void eventHandled(String stream, Event event, Duration took) {
            heard.add("handled " + event.data() + " " + (took.toMillis() >= 50));
          }

          @Override
          public void waiting(String stream, int failures, Duration delay) {
            heard.add("waiting " + failures);
          }

          @Override
          public void closed(String stream, CloseReason reason) {
            heard.add("closed " + reason);
          }
        };
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.open().event("", "", "a").event("", "", "b");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).observer(observer).build();
        var subscription =
            client.subscribe(
                StreamSpec.endpoint().named("orders"),
                event -> {
                  if (event.data().equals("a")) {
                    Thread.sleep(60); // The length of the work is what is measured here.
                  } else {
                    throw new IllegalStateException("b is not handled");
                  }
                })) {
      subscription.awaitClosed();
    }
    assertThat(heard)
        .containsExactly(
            "orders started 1",
            "opened true",
            "delivered a",
            "handled a true",
            "delivered b",
            "ended 2 ServerClosed",
            "waiting 1",
            "orders started 2",
            "ended 0 HttpStatus",
            "closed BY_SERVER");
    assertThat(bytes).hasValue("data: a\n\ndata: b\n\n".length());
  }

  /** Who counts what is open by these calls must come out at zero, however a stream ends. */
  @ParameterizedTest
  @ValueSource(strings = {"open", "connecting", "client", "in a callback"})
  void anObserverHearsOfTheEndOfTheAttemptThatTheProgramEnds(String when) throws Exception {
    var heard = new CopyOnWriteArrayList<String>();
    var observer =
        new ClientObserver() {
          @Override
          public void attemptStarted(String stream, AttemptReport attempt) {
            heard.add("started");
          }

          @Override
          public void attemptEnded(String stream, AttemptReport attempt) {
            heard.add("ended " + attempt.end().orElseThrow());
          }

          @Override
          public void closed(String stream, CloseReason reason) {
            heard.add("closed " + reason);
          }
        };
    var answer = new CountDownLatch(when.equals("connecting") ? 1 : 0);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  answer.await();
                  exchange.open().event("a");
                  exchange.silence();
                });
        var client = SseClient.builder(server.uri()).observer(observer).build()) {
      var subscription = new AtomicReference<Subscription>();
      var set = new CountDownLatch(1);
      subscription.set(
          client.subscribe(
              event -> {
                set.await();
                if (when.equals("in a callback")) {
                  subscription.get().close();
                }
              }));
      set.countDown();
      server.awaitRequest(1);
      switch (when) {
        case "open" -> assertThat(subscription.get().awaitOpen(ofSeconds(20))).isTrue();
        case "in a callback" -> subscription.get().awaitClosed();
        default -> {}
      }
      if (when.equals("client")) {
        client.close();
      } else {
        subscription.get().close();
      }
      subscription.get().awaitClosed();

      assertThat(heard).containsExactly("started", "ended ByCaller[]", "closed BY_CALLER");
      assertThat(last(subscription.get().attempts()).end()).contains(new Cause.ByCaller());
      answer.countDown();
    }
  }

  @Test
  void anObserverThatThrowsHarmsNothing() throws Exception {
    var observer =
        new ClientObserver() {
          @Override
          public void attemptStarted(String stream, AttemptReport attempt) {
            throw new AssertionError("an error, too");
          }

          @Override
          public void attemptOpened(String stream, AttemptReport attempt) {
            throw new IllegalStateException();
          }

          @Override
          public void attemptEnded(String stream, AttemptReport attempt) {
            throw new IllegalStateException();
          }

          @Override
          public void bytesReceived(String stream, long count) {
            throw new IllegalStateException();
          }

          @Override
          public void eventDelivered(String stream, Event event, Duration waited) {
            throw new IllegalStateException();
          }

          @Override
          public void eventHandled(String stream, Event event, Duration took) {
            throw new IllegalStateException();
          }

          @Override
          public void waiting(String stream, int failures, Duration delay) {
            throw new IllegalStateException();
          }

          @Override
          public void closed(String stream, CloseReason reason) {
            throw new IllegalStateException();
          }
        };
    var recorder = new Recorder();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() < 3) {
                    exchange.open().event("", "", "a");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).observer(observer).build();
        var subscription = client.subscribe(recorder)) {
      subscription.awaitClosed();
      assertThat(subscription.closeReason()).contains(CloseReason.BY_SERVER);
    }
    assertThat(recorder.data()).containsExactly("a", "a");
  }

  @Test
  void figuresAndTheLatestAttemptsCanBeAskedFor() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() <= 40) {
                    exchange.status(503, "");
                  } else if (exchange.number() == 41) {
                    exchange
                        .open()
                        .send("event: stream.open\ndata: {\"protocol\":2}\n\n")
                        .send("event: stream.gap\ndata: {}\n\n")
                        .event("7", "", "a");
                  } else {
                    exchange.open().silence();
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build();
        var subscription = client.subscribe(event -> {})) {
      await()
          .until(
              () ->
                  subscription.stats().connections() == 2
                      && subscription.state() == Subscription.State.OPEN);

      StreamStats stats = subscription.stats();
      assertThat(stats.attempts()).isEqualTo(42);
      assertThat(stats.events()).isEqualTo(1);
      assertThat(stats.gaps()).isEqualTo(1);
      assertThat(stats.bytes()).isEqualTo(84);
      assertThat(stats.lastByteAt()).isPresent();
      var attempts = subscription.attempts();
      assertThat(attempts).hasSize(32);
      assertThat(attempts.get(0).number()).isEqualTo(11);
      assertThat(attempts.get(0).openAfter()).isEmpty();
      assertThat(attempts.get(30))
          .satisfies(
              a -> {
                assertThat(a.number()).isEqualTo(41);
                assertThat(a.events()).isEqualTo(1);
                assertThat(a.openAfter()).isPresent();
                assertThat(a.end()).contains(new Cause.ServerClosed(false));
                assertThat(a.uri()).isEqualTo(server.uri());
              });
      assertThat(attempts.get(31).end()).isEmpty();
      assertThat(attempts.get(31).lastEventId()).isEqualTo("7");
    }
  }
}
