package io.heliograph.server.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.server.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
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
            .contains("heliograph_connections 1.0\n", "heliograph_users 1.0\n")
            .contains("heliograph_published_total 1.0\n", "heliograph_delivered_total 1.0\n")
            .contains("heliograph_delivery_delay_seconds_count 1\n")
            .contains("heliograph_delivery_delay_seconds_bucket{le=\"+Inf\"} 1\n")
            .containsPattern("heliograph_bytes_total [1-9]\\d\\d")
            .containsPattern("heliograph_wakes_total [1-9]")
            .containsPattern("heliograph_drains_total [1-9]")
            .containsPattern("heliograph_log_bytes [1-9]");
      }
      await()
          .until(
              () -> page(server).contains("heliograph_closes_total{reason=\"client-left\"} 1.0\n"));
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
          .contains("heliograph_replayed_events_bucket{le=\"0.0\"} 0\n")
          .contains("heliograph_replayed_events_bucket{le=\"1.0\"} 1\n")
          .contains("heliograph_gaps_total{reason=\"unknown\"} 1.0\n") // One for all logs.
          .contains("heliograph_refusals_total{reason=\"not-found\"} 1.0\n")
          // A replayed event's age is no delay.
          .contains("heliograph_delivery_delay_seconds_count 1\n");
    }
  }

  @Test
  void everyMetricIsOnThePageOnceAndInTheReference() throws Exception {
    try (var server = TestServer.start()) {
      List<String> names =
          Pattern.compile("# TYPE (\\S+) \\S+\n")
              .matcher(page(server))
              .results()
              .map(match -> match.group(1))
              .toList();
      Set<String> documented =
          Pattern.compile("`((?:heliograph|process|jvm)_\\w+)`")
              .matcher(Files.readString(REFERENCE))
              .results()
              .map(match -> match.group(1))
              .collect(Collectors.toSet());

      assertThat(names).doesNotHaveDuplicates();
      // Only Linux tells a process its memory.
      assertThat(documented).containsAll(names);
      assertThat(documented)
          .filteredOn(name -> !name.matches("process_(virtual|resident)_memory_bytes"))
          .isSubsetOf(names);
    }
  }

  @Test
  void everyValueOfALabelIsOnThePageFromTheStart() throws Exception {
    try (var server = TestServer.start()) {
      String page = page(server);

      assertThat(valuesOf(page, "heliograph_gaps_total"))
          .containsExactlyInAnyOrder(documentedValues("heliograph_gaps_total"));
      assertThat(valuesOf(page, "heliograph_closes_total"))
          .containsExactlyInAnyOrder(documentedValues("heliograph_closes_total"));
      assertThat(valuesOf(page, "heliograph_request_timeouts_total"))
          .containsExactlyInAnyOrder(documentedValues("heliograph_request_timeouts_total"));
      assertThat(valuesOf(page, "heliograph_refusals_total"))
          .contains("unauthenticated", "not-found", "overloaded", "internal-error");
      assertThat(page.lines().filter(line -> line.matches("heliograph_\\w+\\{(reason|phase)=.*")))
          .allMatch(line -> line.endsWith(" 0.0"));
    }
  }

  @Test
  void theProcessIsMeasuredUnderTheUsualNames() {
    try (var server = TestServer.start()) {
      String page = page(server);

      assertThat(page).containsPattern("(?m)^heliograph_build_info\\{version=\"[^\"]+\"} 1$");
      assertThat(page).containsPattern("(?m)^jvm_runtime_info\\{.*version=\"[^\"]+\"} 1$");
      for (String positive :
          List.of(
              "process_start_time_seconds",
              "process_cpu_seconds_total",
              "process_open_fds",
              "process_max_fds",
              "jvm_memory_used_bytes{area=\"heap\"}",
              "jvm_threads_current")) {
        assertThat(page)
            .as(positive)
            .containsPattern("(?m)^" + Pattern.quote(positive) + " [0-9.]*[1-9]");
      }
      assertThat(page).containsPattern("(?m)^jvm_gc_collection_seconds_count\\{gc=\"[^\"]+\"} ");
    }
  }

  @Test
  void promtoolFindsNothingToSay() throws Exception {
    Optional<Path> promtool =
        Stream.of("/usr/bin/promtool", "/usr/local/bin/promtool")
            .map(Path::of)
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(
        promtool.isPresent(), "promtool is not installed (Debian: apt-get install prometheus)");

    try (var server = TestServer.start();
        var alice = server.subscribe("alice").awaitLive()) {
      server.publish("alice", "one");
      alice.nextEvent();
      Process check =
          new ProcessBuilder(promtool.get().toString(), "check", "metrics")
              .redirectErrorStream(true)
              .start();
      try (var in = check.outputWriter()) {
        in.write(page(server));
      }
      String said = new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

      assertThat(said).isEmpty();
      assertThat(check.waitFor()).isZero();
    }
  }

  private static List<String> valuesOf(String page, String name) {
    return Pattern.compile("(?m)^" + name + "\\{\\w+=\"([^\"]*)\"} ")
        .matcher(page)
        .results()
        .map(match -> match.group(1))
        .toList();
  }

  /** What stands in backticks after the label's name, in the metric's row of the reference. */
  private static String[] documentedValues(String name) throws IOException {
    String row =
        Files.readAllLines(REFERENCE).stream()
            .filter(line -> line.startsWith("| `" + name + "`"))
            .findFirst()
            .orElseThrow();
    return Pattern.compile("`([a-z-]+)`")
        .matcher(row.substring(row.indexOf("`: ")))
        .results()
        .map(match -> match.group(1))
        .toArray(String[]::new);
  }

  private static String page(TestServer server) {
    var response = server.get("/metrics");
    assertThat(response.headers().firstValue("Content-Type")).contains(Metrics.CONTENT_TYPE);
    return response.body();
  }
}
