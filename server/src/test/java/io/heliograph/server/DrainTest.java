package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The stop: told, spread, and without a loss. */
class DrainTest {

  private static final int READERS = 200;

  // 10 ms for each.
  private static final Duration WINDOW = Duration.ofSeconds(2);

  @Test
  void theClosesAreSpreadByTheNumberOfStreamsAndPublishingGoesOn() throws Exception {
    var server = TestServer.start(Map.of("drain.window", "1h"));
    var readers = new ArrayList<TestReader>();
    try {
      for (int i = 0; i < READERS; i++) {
        readers.add(server.subscribe("user-" + i).awaitLive());
      }
      var hub = server.heliograph().hub();
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(200);
      long began = System.nanoTime();

      var stop = CompletableFuture.runAsync(() -> server.heliograph().close());

      await().until(hub::closing);
      assertThat(server.get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
      // A third is gone after a third of the window, and two thirds are not.
      await().until(() -> hub.connections().count() <= READERS * 2 / 3);
      assertThat(System.nanoTime() - began).isGreaterThan(WINDOW.toNanos() / 5);
      int open = hub.connections().count();
      assertThat(open).isPositive();

      server.broadcast("said while it stops");
      int stillOpen = hub.connections().count();
      String refused =
          server
              .send(
                  HttpRequest.newBuilder(server.uri("/sse/late"))
                      .header("Accept", "text/event-stream"))
              .body();
      assertThat(refused).contains("\"reason\":\"drain\",\"reconnect\":true");

      stop.get(WINDOW.toSeconds() + 5, TimeUnit.SECONDS);
      var comeBacks = new ArrayList<Integer>();
      int heard = 0;
      for (TestReader reader : readers) {
        List<String> rest = reader.awaitEnd();
        assertThat(rest.getLast())
            .matches(
                "retry: \\d+\nevent: stream.closing\nid: \\S+\n"
                    + "data: \\{\"reason\":\"drain\",\"reconnect\":true}");
        comeBacks.add(
            Integer.parseInt(
                rest.getLast().substring("retry: ".length()).lines().findFirst().get()));
        heard += (int) rest.stream().filter(TestReader::isEvent).count();
      }
      // Every reader that was not on its way out has it. A goodbye takes its stream off the count a
      // moment after it is
      // asked for, so some of those that were counted may have been asked to go.
      assertThat(heard).isBetween(stillOpen - 5, open);
      // The first to go waits for what is left of the window, and each another while.
      assertThat(comeBacks).allMatch(wait -> wait >= 3_000 && wait <= 6_000 + WINDOW.toMillis());
      assertThat(Set.copyOf(comeBacks)).hasSizeGreaterThan(READERS / 2);
      assertThat(comeBacks).anyMatch(wait -> wait >= WINDOW.toMillis() * 8 / 10 + 3_000);
    } finally {
      readers.forEach(TestReader::close);
    }
  }

  @Test
  void whereNobodyIsConnectedTheStopDoesNotWait() {
    var server = TestServer.start(Map.of("drain.window", "1h"));
    long began = System.nanoTime();

    server.close();

    assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(30).toNanos());
  }

  @Test
  void aSingleReaderIsNotSentAwayForAWindowThatItsServerDoesNotNeed() throws Exception {
    var server = TestServer.start(Map.of("drain.window", "1h"));
    try (var reader = server.subscribe("alice").awaitLive()) {
      var stop = CompletableFuture.runAsync(() -> server.heliograph().close());

      String goodbye = reader.awaitEnd().getLast();
      stop.get(30, TimeUnit.SECONDS);
      // What a reader usually waits, and not for the window.
      assertThat(Integer.parseInt(goodbye.replaceAll("(?s)^retry: (\\d+)\n.*", "$1")))
          .isBetween(3_000, 6_010);
    }
  }
}
