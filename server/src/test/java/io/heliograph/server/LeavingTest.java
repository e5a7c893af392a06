package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.config.Settings;
import io.heliograph.server.hub.Hub;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything about the end of a stream. */
@ParameterizedClass(name = "{0}")
@EnumSource(StreamPath.class)
@Order(1)
class LeavingTest {

  private final StreamPath streams;

  LeavingTest(StreamPath streams) {
    this.streams = streams;
  }

  enum Leave {
    FIN,
    RST
  }

  @ParameterizedTest
  @EnumSource(Leave.class)
  void manyThatLeaveAtOnceAreForgottenBeforeTheNextHeartbeat(Leave how) throws Exception {
    // A handshake of TLS takes milliseconds of the CPU, on both sides.
    int count = streams == StreamPath.REACTOR ? 1_000 : 200;
    try (var server = streams.start()) {
      List<TestReader> readers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        readers.add(server.subscribe("user-" + i));
      }
      await().until(() -> server.heliograph().hub().connections().count() == count);

      for (TestReader reader : readers) {
        switch (how) {
          case FIN -> reader.close();
          case RST -> reader.reset();
        }
      }

      await()
          .pollInterval(Duration.ofMillis(10))
          // The next heartbeat, 15 s later, would notice it as well.
          .atMost(8, TimeUnit.SECONDS)
          .until(() -> isForgotten(server.heliograph().hub().stats()));
    }
  }

  @Test
  void aStopTellsTheReadersBeforeItClosesTheirStreams() throws Exception {
    var server = streams.start();
    try (var alice = server.subscribe("alice").awaitLive();
        var bob = server.subscribe("bob").awaitLive()) {
      server.publish("alice", "before the end");

      server.close();

      assertThat(alice.nextEvent()).isEqualTo("data: before the end");
      String goodbye =
          "retry: \\d{4}\nevent: stream.closing\nid: \\S+\n"
              + "data: \\{\"reason\":\"drain\",\"reconnect\":true}";
      assertThat(alice.awaitEnd()).singleElement().asString().matches(goodbye);
      assertThat(bob.awaitEnd()).singleElement().asString().matches(goodbye);
    }
  }

  @Test
  void aStreamStaysOpenPastTheIdleTimeoutOfItsConnection() throws Exception {
    Settings settings =
        Settings.of(streams.with(Map.of("server.port", "0", "stream.heartbeat", "1s")));
    try (var server =
            TestServer.of(
                Heliograph.start(
                    settings,
                    web ->
                        web.idleConnectionTimeout(Duration.ofMillis(300))
                            .idleConnectionPeriod(Duration.ofMillis(100))));
        var reader = server.subscribe("alice").awaitLive()) {
      assertThat(reader.nextBlock()).isEqualTo(":"); // After a second: three timeouts.
      assertThat(reader.nextBlock()).isEqualTo(":");

      server.publish("alice", "still here");

      assertThat(reader.nextEvent()).isEqualTo("data: still here");
    }
  }

  @Test
  void aReaderThatReadsNothingIsClosedWhenItsWriteIsStuckAndSlowsNobody() throws Exception {
    try (var server =
            streams.start(Map.of("stream.write-timeout", "1s", "stream.send-buffer", "4KiB"));
        var quick = server.subscribe("alice").awaitLive();
        var _ = TestReader.request(server.connect(), "GET", "/sse/alice")) {
      await().until(() -> server.heliograph().hub().connections().count() == 2);
      String large = "x".repeat(60_000);
      int sent = 0;
      // The kernel's buffers on both sides take some megabytes first.
      while (server.heliograph().hub().connections().count() == 2 && sent < 2_000) {
        server.publish("alice", large);
        sent++;
        assertThat(quick.nextEvent()).endsWith(large);
      }
      await().until(() -> server.heliograph().hub().connections().count() == 1);

      server.publish("alice", "after");

      assertThat(quick.nextEvent()).isEqualTo("data: after");
    }
  }

  private static boolean isForgotten(Hub.Stats stats) {
    return stats.connections() == 0 && stats.users() == 0 && stats.log().logs() == 0;
  }
}
