package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.micrometer.MicrometerObserver;
import io.heliograph.client.testkit.SseTestServer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class MicrometerTest {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void aStreamWithAllThatCanHappenIsCounted() throws Exception {
    var goOn = new CountDownLatch(1);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 -> exchange.status(503, "");
                    case 2 -> {
                      exchange
                          .open()
                          .event("1", "stream.open", "{\"protocol\":2}")
                          .event("1", "", "a")
                          .event("2", "stream.gap", gap("7"))
                          .event("2", "stream.gap", gap("null"))
                          .send("{\"error\":\"overloaded\"}\n\n");
                      goOn.await();
                    }
                    default -> exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(Duration.ofMillis(1)))
                .observer(new MicrometerObserver(registry))
                .build();
        var subscription = client.subscribe(event -> {})) {
      await().until(() -> counter("gaps") == 2 && counter("lines.dropped") == 1);
      assertThat(registry.get("heliograph.client.streams.open").gauge().value()).isEqualTo(1);
      goOn.countDown();
      subscription.awaitClosed();
    }

    assertThat(registry.get("heliograph.client.streams.open").gauge().value()).isZero();
    assertThat(counter("events.lost")).isEqualTo(7);
    assertThat(counter("bytes")).isGreaterThan(50);
    assertThat(disconnects("http_status")).isEqualTo(2); // 503 and 204.
    assertThat(disconnects("server_closed")).isEqualTo(1);
    assertThat(
            registry
                .get("heliograph.client.streams.closed")
                .tag("reason", "by_server")
                .counter()
                .count())
        .isEqualTo(1);
    for (String timer : new String[] {"connect", "delivery.delay", "handling"}) {
      var recorded = registry.get("heliograph.client." + timer).timer();
      assertThat(recorded.count()).as(timer).isEqualTo(1);
      assertThat(recorded.totalTime(SECONDS)).as(timer).isGreaterThan(0).isLessThan(20);
    }
  }

  @Test
  void aStreamThatNobodyReadsIsCountedWhenItOpensOrEnds() throws Exception {
    try (var server = SseTestServer.start(exchange -> exchange.open().event("a").silence());
        var client =
            SseClient.builder(server.uri()).observer(new MicrometerObserver(registry)).build()) {
      EventStream stream = client.open();
      await().until(() -> counter("bytes") > 0); // It is open, but the program does not read yet.

      stream.close();
    }

    assertThat(registry.get("heliograph.client.streams.open").gauge().value()).isZero();
    assertThat(registry.get("heliograph.client.connect").timer().count()).isEqualTo(1);
  }

  @Test
  void aPublishIsTimedByItsOutcome() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 -> exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
                    case 2 -> exchange.status(403, "");
                    default -> exchange.reset(); // After the request was read.
                  }
                });
        var publisher =
            EventPublisher.builder(server.uri())
                .retryFor(Duration.ZERO)
                .observer(new MicrometerObserver(registry))
                .build()) {
      publisher.publish("alice", NewEvent.text("t", "x"));
      assertThatThrownBy(() -> publisher.publish("alice", NewEvent.text("t", "x")))
          .isInstanceOf(PublishException.class);
      assertThatThrownBy(() -> publisher.publish("alice", NewEvent.text("t", "x")))
          .isInstanceOf(PublishException.class);
      publisher.close();
      assertThatThrownBy(() -> publisher.publish("alice", NewEvent.text("t", "x")))
          .isInstanceOf(IllegalStateException.class); // Is no request.
    }

    for (String outcome : new String[] {"accepted", "failed", "unknown"}) {
      var timer = registry.get("heliograph.client.publish").tag("outcome", outcome).timer();
      assertThat(timer.count()).as(outcome).isEqualTo(1);
      assertThat(timer.totalTime(SECONDS)).as(outcome).isGreaterThan(0).isLessThan(20);
    }
  }

  private static String gap(String lost) {
    return "{\"log\":\"user\",\"reason\":\"expired\",\"lost\":" + lost + "}";
  }

  private double counter(String name) {
    return registry.get("heliograph.client." + name).counter().count();
  }

  private double disconnects(String cause) {
    return registry.get("heliograph.client.disconnects").tag("cause", cause).counter().count();
  }
}
