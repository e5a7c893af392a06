package io.heliograph.server.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class MetricsTest {

  private static final Path REFERENCE = Path.of("..", "docs", "reference", "metrics.md");

  @Test
  void whatHappensIsCounted() throws Exception {
    try (var server = TestServer.start()) {
      String place;
      try (var alice = server.subscribe("alice").awaitLive()) {
        server.publish("alice", "one");
        alice.nextEvent();
        place = alice.lastEventId();
        assertThat(page(server))
            .contains("heliograph_connections 1\n", "heliograph_users 1\n")
            .contains("heliograph_published_total 1\n", "heliograph_delivered_total 1\n")
            .contains("heliograph_delivery_delay_seconds_count 1\n")
            .contains("heliograph_delivery_delay_seconds_bucket{le=\"+Inf\"} 1\n")
            .containsPattern("heliograph_bytes_total [1-9]\\d\\d")
            .containsPattern("heliograph_wakes_total [1-9]")
            .containsPattern("heliograph_drains_total [1-9]")
            .containsPattern("heliograph_log_bytes [1-9]");
      }
      await()
          .until(
              () -> page(server).contains("heliograph_closes_total{reason=\"client-left\"} 1\n"));
      server.publish("alice", "missed");
      try (var back = server.resume("alice", place)) {
        back.nextEvent();
        back.awaitLive();
      }
      try (var stranger = server.resume("alice", "nonsense")) {
        stranger.awaitLive();
      }
      server.get("/nowhere");

      assertThat(page(server))
          .contains("heliograph_replayed_events_bucket{le=\"0\"} 0\n")
          .contains("heliograph_replayed_events_bucket{le=\"1\"} 1\n")
          .contains("heliograph_gaps_total{reason=\"unknown\"} 2\n") // One for each log.
          .contains("heliograph_refusals_total{reason=\"not-found\"} 1\n")
          // A replayed event's age is no delay.
          .contains("heliograph_delivery_delay_seconds_count 1\n");
    }
  }

  @Test
  void everyMetricStandsThereOnceAndInTheReference() throws Exception {
    try (var server = TestServer.start()) {
      List<String> names =
          Pattern.compile("# TYPE (\\S+) \\S+\n")
              .matcher(page(server))
              .results()
              .map(match -> match.group(1))
              .toList();

      assertThat(names).doesNotHaveDuplicates().allMatch(name -> name.startsWith("heliograph_"));
      String reference = Files.readString(REFERENCE);
      assertThat(names).allMatch(name -> reference.contains("`" + name + "`"));
      assertThat(Pattern.compile("`heliograph_\\w+`").matcher(reference).results().count())
          .isEqualTo(names.size());
    }
  }

  @Test
  void aHistogramsBucketsAddUp() {
    var histogram = new Histogram(1e-9, 1_000_000, 100_000_000);
    histogram.add(0);
    histogram.add(1_000_000);
    histogram.add(1_000_001);
    histogram.add(300_000_000);
    var out = new StringBuilder();
    histogram.writeTo(out, "delay_seconds");

    assertThat(out)
        .hasToString(
            """
            delay_seconds_bucket{le="0.001"} 2
            delay_seconds_bucket{le="0.1"} 3
            delay_seconds_bucket{le="+Inf"} 4
            delay_seconds_sum 0.302000001
            delay_seconds_count 4
            """);
  }

  private static String page(TestServer server) {
    var response = server.get("/metrics");
    assertThat(response.headers().firstValue("Content-Type")).contains(Metrics.CONTENT_TYPE);
    return response.body();
  }
}
