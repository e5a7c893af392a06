package io.heliograph.client;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.client.testkit.SseTestServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HeartbeatTest {
  @Test
  void silenceIsNoticedInTime() {
    try (var server =
            SseTestServer.start(exchange -> exchange.open().event("1", "", "a").silence());
        var client = client(server, Heartbeat.fixed(ofMillis(500)));
        var stream = client.open()) {
      long lastByte = 0;
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Message) {
          lastByte = System.nanoTime();
        }
        if (signal instanceof Signal.Disconnected(Cause cause)) {
          var quiet = Duration.ofNanos(System.nanoTime() - lastByte);
          assertThat(quiet).isBetween(ofMillis(450), ofMillis(800));
          assertThat(cause)
              .isInstanceOfSatisfying(
                  Cause.HeartbeatTimeout.class,
                  c -> {
                    assertThat(c.limit()).isEqualTo(ofMillis(500));
                    assertThat(c.quiet()).isBetween(ofMillis(490), ofMillis(800));
                    assertThat(c.lastByteAt()).isBefore(Instant.now());
                  });
          return;
        }
      }
    }
  }

  @Test
  void silenceIsNoticedThroughGzip() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open("Content-Encoding: gzip");
                  var gzip = new GZIPOutputStream(exchange.body(), 512, true);
                  gzip.write("data: a\n\n".getBytes(StandardCharsets.US_ASCII));
                  gzip.flush();
                  exchange.silence();
                });
        var client = client(server, Heartbeat.fixed(ofMillis(500)));
        var stream = client.open()) {
      long lastByte = 0;
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Message) {
          lastByte = System.nanoTime();
        } else if (signal instanceof Signal.Disconnected(Cause cause)) {
          assertThat(cause).isInstanceOf(Cause.HeartbeatTimeout.class);
          assertThat(Duration.ofNanos(System.nanoTime() - lastByte))
              .isBetween(ofMillis(450), ofMillis(800));
        }
      }
    }
  }

  @Test
  void anyByteIsASignOfLife() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open();
                  for (int i = 0; i < 5; i++) {
                    exchange.send(i % 2 == 0 ? ":" : "\n").silence(ofMillis(300));
                  }
                });
        var client = client(server, Heartbeat.fixed(ofMillis(500)));
        var stream = client.open()) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected(Cause cause)) {
          assertThat(cause).isEqualTo(new Cause.ServerClosed(true));
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
              assertThat(never.await(1500, TimeUnit.MILLISECONDS)).isFalse();
            }
          }
        };
    String big = "x".repeat(100_000); // More than is read ahead.
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open().event("1", "", "a").event("2", "", big).event("3", "", big);
                  for (int i = 0; i < 8; i++) {
                    exchange.send(":\n").silence(ofMillis(200));
                  }
                  exchange.event("4", "", "end");
                });
        var client = client(server, Heartbeat.fixed(ofMillis(500)));
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
                      "event: stream.open\ndata: {\"heartbeatMs\":1000,\"protocol\":1}\n\n");
                  exchange.silence();
                });
        var client = client(server, Heartbeat.serverAnnounced());
        var stream = client.open()) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Disconnected(Cause cause)) {
          assertThat(cause)
              .isInstanceOfSatisfying(
                  Cause.HeartbeatTimeout.class,
                  c -> {
                    assertThat(c.limit()).isEqualTo(ofSeconds(10));
                    assertThat(c.quiet()).isBetween(ofMillis(9900), ofMillis(10_300));
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
                .timeouts(ofMillis(400), ofMillis(400), ofMillis(400))
                .heartbeat(Heartbeat.off())
                .build();
        var subscription = client.subscribe(recorder)) {
      assertThat(subscription.awaitOpen(ofSeconds(5))).isTrue();

      await()
          .during(ofSeconds(1))
          .atMost(ofSeconds(3))
          .until(() -> subscription.state() == Subscription.State.OPEN);
      assertThat(recorder.causes()).isEmpty();
    }
  }

  @Test
  void aLimitOfZeroIsRefused() {
    assertThatThrownBy(() -> Heartbeat.fixed(Duration.ZERO)).hasMessageContaining("Heartbeat.off");
  }

  private static SseClient client(SseTestServer server, Heartbeat heartbeat) {
    return SseClient.builder(server.uri())
        .heartbeat(heartbeat)
        .reconnect(ReconnectPolicy.never())
        .build();
  }
}
