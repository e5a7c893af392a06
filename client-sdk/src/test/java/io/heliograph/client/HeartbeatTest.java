package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.SseTestServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.GZIPOutputStream;
import mockwebserver3.MockResponse;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each of its tests waits for its own silence: several at once. */
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
@Order(1)
class HeartbeatTest {
  private static final Duration LIMIT = ofMillis(500);

  // For a machine that is busy elsewhere. Without this limit it would be 45 s.
  private static final Duration LATE = ofSeconds(20);

  @Test
  void silenceIsNoticedInTime() {
    var lastByte = new AtomicLong();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open();
                  lastByte.set(System.nanoTime());
                  exchange.event("1", "", "a").silence();
                });
        var client = client(server, Heartbeat.fixed(LIMIT));
        var stream = client.open()) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected disconnected) {
          assertThat(since(lastByte)).isBetween(LIMIT, LATE);
          assertThat(disconnected.cause())
              .isInstanceOfSatisfying(
                  Cause.HeartbeatTimeout.class,
                  c -> {
                    assertThat(c.limit()).isEqualTo(LIMIT);
                    assertThat(c.quiet()).isBetween(LIMIT.minusMillis(10), LATE);
                    assertThat(c.lastByteAt()).isBefore(Instant.now());
                  });
          return;
        }
      }
    }
  }

  @Test
  void silenceIsNoticedThroughGzip() {
    var lastByte = new AtomicLong();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open("Content-Encoding: gzip");
                  var gzip = new GZIPOutputStream(exchange.body(), 512, true);
                  lastByte.set(System.nanoTime());
                  gzip.write("data: a\n\n".getBytes(StandardCharsets.US_ASCII));
                  gzip.flush();
                  exchange.silence();
                });
        var client = client(server, Heartbeat.fixed(LIMIT));
        var stream = client.open()) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected disconnected) {
          assertThat(disconnected.cause()).isInstanceOf(Cause.HeartbeatTimeout.class);
          assertThat(since(lastByte)).isBetween(LIMIT, LATE);
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void silenceIsNoticedOverHttp2(boolean gzipped) {
    var self = new Http2Server[1];
    var lastByte = new AtomicLong();
    try (var server = Http2Server.start(request -> thenSilent(gzipped, self, lastByte));
        var client =
            SseClient.builder(server.uri())
                .heartbeat(Heartbeat.fixed(LIMIT))
                .reconnect(ReconnectPolicy.never())
                .okHttp(okHttp -> okHttp.protocols(Http2Server.PROTOCOL))
                .build();
        var stream = client.open()) {
      self[0] = server;
      Cause cause = null;
      Duration quiet = Duration.ZERO;
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected disconnected) {
          cause = disconnected.cause();
          quiet = since(lastByte);
        }
      }
      assertThat(cause).isInstanceOf(Cause.HeartbeatTimeout.class);
      assertThat(quiet).isBetween(LIMIT, LATE);
    }
  }

  private static MockResponse.Builder thenSilent(
      boolean gzipped, Http2Server[] server, AtomicLong lastByte) {
    var response =
        Http2Server.stream(
            "text/event-stream",
            sink -> {
              var gzip = gzipped ? new GZIPOutputStream(sink.outputStream(), 512, true) : null;
              var out = gzip == null ? sink.outputStream() : gzip;
              lastByte.set(System.nanoTime());
              out.write("data: a\n\n".getBytes(StandardCharsets.US_ASCII));
              out.flush();
              sink.flush();
              server[0].silence();
            });
    return gzipped ? response.setHeader("content-encoding", "gzip") : response;
  }

  /** What one stream of a connection hears is no sign of life of another. */
  @Test
  void aLivelyNeighbourOnTheSameConnectionHidesNoSilence() throws Exception {
    var over = new CountDownLatch(1);
    try (var server =
            Http2Server.start(
                request ->
                    Http2Server.stream(
                        "text/event-stream",
                        sink -> {
                          boolean lively = "/lively".equals(request.getTarget());
                          sink.writeUtf8(":\n").flush();
                          while (!over.await(lively ? 50 : 20_000, TimeUnit.MILLISECONDS)) {
                            sink.writeUtf8(":\n").flush();
                          }
                        }));
        var client =
            SseClient.builder(server.uri())
                .heartbeat(Heartbeat.fixed(ofSeconds(2)))
                .reconnect(ReconnectPolicy.never())
                .okHttp(okHttp -> okHttp.protocols(Http2Server.PROTOCOL))
                .build()) {
      var lively = new Recorder();
      var silent = new Recorder();
      try (var one = client.subscribe(StreamSpec.at("/lively"), lively)) {
        assertThat(one.awaitOpen(ofSeconds(20))).isTrue();
        try (var other = client.subscribe(StreamSpec.at("/silent"), silent)) {
          assertThat(other.awaitClosed(ofSeconds(20))).isTrue();
          assertThat(silent.causes()).hasSize(1);
          assertThat(silent.causes().get(0)).isInstanceOf(Cause.HeartbeatTimeout.class);
          assertThat(lively.causes()).isEmpty();
        }
      }
      over.countDown(); // The server's close waits for its handlers.
      var numbers = server.requests().stream().map(r -> r.getConnectionIndex()).distinct();
      assertThat(numbers).as("both on one connection").hasSize(1);
    }
  }

  @Test
  void anyByteIsASignOfLife() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open();
                  for (int i = 0; i < 9; i++) {
                    exchange.send(i % 2 == 0 ? ":" : "\n").silence(ofMillis(300));
                  }
                });
        var client = client(server, Heartbeat.fixed(ofSeconds(2)));
        var stream = client.open()) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected disconnected) {
          assertThat(disconnected.cause()).isEqualTo(new Cause.ServerClosed(false));
        }
      }
    }
  }

  @Test
  void aListenerThreeTimesSlowerThanTheLimitRaisesNoAlarm() throws Exception {
    var never = new CountDownLatch(1);
    var recorder =
        new Recorder() {
          @Override
          public void onEvent(Event event) throws Exception {
            super.onEvent(event);
            if (event.data().startsWith("a")) {
              assertThat(never.await(3, TimeUnit.SECONDS)).isFalse();
            }
          }
        };
    String big = "x".repeat(100_000); // More than is read ahead.
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open().event("1", "", "a").event("2", "", big).event("3", "", big);
                  for (int i = 0; i < 32; i++) {
                    exchange.send(":\n").silence(ofMillis(100));
                  }
                  exchange.event("4", "", "end");
                });
        var client = client(server, Heartbeat.fixed(ofSeconds(1)));
        var subscription = client.subscribe(recorder)) {
      subscription.awaitClosed();
    }
    assertThat(recorder.data()).containsExactly("a", big, big, "end");
    assertThat(recorder.causes()).containsExactly(new Cause.ServerClosed(false));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aSlowListenerRaisesNoAlarmOverHttp2(boolean gzipped) throws Exception {
    String big = "x".repeat(100_000);
    var recorder =
        new Recorder() {
          @Override
          public void onEvent(Event event) throws Exception {
            super.onEvent(event);
            if (event.data().equals("a")) {
              Thread.sleep(3000); // Three times the limit.
            }
          }
        };
    try (var server =
            Http2Server.start(
                request -> {
                  var response =
                      Http2Server.stream(
                          "text/event-stream",
                          sink -> {
                            var gzip =
                                gzipped
                                    ? new GZIPOutputStream(sink.outputStream(), 512, true)
                                    : null;
                            var out = gzip == null ? sink.outputStream() : gzip;
                            String text =
                                "data: a\n\n" + ("data: " + big + "\n\n").repeat(2) + ":\n";
                            out.write(text.getBytes(StandardCharsets.US_ASCII));
                            for (int i = 0; i < 32; i++) {
                              out.write(":\n".getBytes(StandardCharsets.US_ASCII));
                              out.flush();
                              sink.flush();
                              Thread.sleep(100);
                            }
                            out.write("data: end\n\n".getBytes(StandardCharsets.US_ASCII));
                            if (gzip != null) {
                              gzip.finish();
                            }
                            sink.flush();
                          });
                  return gzipped ? response.setHeader("content-encoding", "gzip") : response;
                });
        var client =
            SseClient.builder(server.uri())
                .heartbeat(Heartbeat.fixed(ofSeconds(1)))
                .reconnect(ReconnectPolicy.never())
                .okHttp(okHttp -> okHttp.protocols(Http2Server.PROTOCOL))
                .build();
        var subscription = client.subscribe(recorder)) {
      subscription.awaitClosed();
    }
    assertThat(recorder.data()).containsExactly("a", big, big, "end");
    assertThat(recorder.causes()).containsExactly(new Cause.ServerClosed(false));
  }

  @Test
  void theLimitFollowsWhatTheServerAnnounces() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 -> exchange.open("Sse-Heartbeat-Interval: 20");
                    case 2 -> exchange.open("Sse-Heartbeat-Interval: soon");
                    case 3 -> exchange.open();
                    default -> exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .heartbeat(Heartbeat.serverAnnounced().orElse(ofSeconds(77)))
                .reconnect(ReconnectPolicy.exponential().first(Duration.ZERO))
                .build();
        var stream = client.open()) {
      var limits = new java.util.ArrayList<Duration>();
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Opened opened) {
          limits.add(opened.heartbeatLimit().orElseThrow());
        }
      }
      assertThat(limits).containsExactly(ofSeconds(45), ofSeconds(77), ofSeconds(77));
    }
  }

  /** The shortest limit that an announcement can give is 10 s, so this test takes so long. */
  @Test
  void anAnnouncementInTheStreamCounts() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open();
                  exchange.send(
                      "event: stream.open\ndata: {\"heartbeatMs\":1000,\"protocol\":2}\n\n");
                  exchange.silence();
                });
        var client = client(server, Heartbeat.serverAnnounced());
        var stream = client.open()) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected disconnected) {
          assertThat(disconnected.cause())
              .isInstanceOfSatisfying(
                  Cause.HeartbeatTimeout.class,
                  c -> {
                    assertThat(c.limit()).isEqualTo(ofSeconds(10));
                    assertThat(c.quiet()).isBetween(ofMillis(9900), LATE);
                  });
        }
      }
    }
  }

  @Test
  void itCanBeSwitchedOffWhateverTheTimeoutsOfTheAttempt() throws Exception {
    var recorder = new Recorder();
    try (var server = SseTestServer.start(exchange -> exchange.open().silence());
        var client =
            SseClient.builder(server.uri())
                .timeouts(ofSeconds(1), ofSeconds(1), ofSeconds(1))
                .heartbeat(Heartbeat.off())
                .build();
        var subscription = client.subscribe(recorder)) {
      assertThat(subscription.awaitOpen(ofSeconds(20))).isTrue();

      await().during(ofSeconds(2)).until(() -> subscription.state() == Subscription.State.OPEN);
      assertThat(recorder.causes()).isEmpty();
    }
  }

  @Test
  void aLimitOfZeroIsRefused() {
    assertThatThrownBy(() -> Heartbeat.fixed(Duration.ZERO)).hasMessageContaining("Heartbeat.off");
  }

  private static Duration since(AtomicLong lastByte) {
    return Duration.ofNanos(System.nanoTime() - lastByte.get());
  }

  private static SseClient client(SseTestServer server, Heartbeat heartbeat) {
    return SseClient.builder(server.uri())
        .heartbeat(heartbeat)
        .reconnect(ReconnectPolicy.never())
        .build();
  }
}
