package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the program writes by itself where the terminal shows ASCII only. */
@Order(1)
final class SymbolsIT {
  private static final Map<String, String> ASCII = Map.of("LC_ALL", "C");

  private static Heliograph server;

  @TempDir private Path dir;

  @BeforeAll
  static void startServer() {
    server = Heliograph.start(Settings.of(Map.of("server.port", "0", "drain.window", "0s")));
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  @Test
  void inTheLocaleCEverythingOfOursIsAscii() {
    Path report = dir.resolve("r");
    List<Object[]> all =
        List.of(
            // A threshold that is not kept, and spans below 1 ms.
            words(
                "simulate --users 3 --rate 50/s --warmup 1s --duration 3s"
                    + " --set no-default-threshold=users.absent --threshold delivery.live.p50<1us"
                    + " --report",
                report),
            words("report show", report),
            words("report compare --force", report, report),
            words("simulate --report none --users 200000"),
            words("doctor ann --quick"),
            words("doctor ann --server http://127.0.0.1:1"),
            words("sub ann --no-follow --from oldest"),
            words("help filters"));
    var said = new StringBuilder();
    for (Object[] words : all) {
      try (Sse sse = Sse.start(ASCII, words)) {
        sse.exit();
        String text = String.join("\n", sse.out()) + sse.err();
        assertThat(text).as(Arrays.toString(words)).isNotEmpty().matches("(?s)\\p{ASCII}*");
        said.append(text);
      }
    }
    assertThat(said).contains("x delivery.live.p50", "> --shard", "us");
  }

  @Test
  void whatEventsHoldIsNotChanged() {
    try (EventPublisher publisher = EventPublisher.create(server.uri())) {
      publisher.publish("uni", NewEvent.text("t", "grüße → ✓"));
    }
    try (Sse subscribe =
        Sse.packed(
            ASCII,
            "sub",
            "uni",
            "--server",
            server.uri(),
            "--from",
            "oldest",
            "--no-follow",
            "-o",
            "data")) {
      assertThat(subscribe.exit()).isZero();
      assertThat(subscribe.out()).containsExactly("grüße → ✓");
    }
  }

  private static Object[] words(String line, Object... more) {
    var words = new ArrayList<Object>(List.of(line.split(" ")));
    words.addAll(List.of(more));
    boolean talks = List.of("simulate", "doctor", "sub").contains(words.getFirst());
    if (talks && !line.contains("--server")) {
      words.addAll(List.of("--server", server.uri()));
    }
    return words.toArray();
  }
}
