package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The stop: told, spread, and without a loss. */
class DrainTest {

  private static final int READERS = 20;
  private static final Duration WINDOW = Duration.ofSeconds(3);

  @Test
  void theClosesAreSpreadOverTheWindowAndPublishingGoesOn() throws Exception {
    var server = TestServer.start(Map.of("drain.window", WINDOW.toSeconds() + "s"));
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
            .endsWith("event: stream.closing\ndata: {\"reason\":\"drain\",\"reconnect\":true}");
        comeBacks.add(
            Integer.parseInt(
                rest.getLast().substring("retry: ".length()).lines().findFirst().get()));
        heard += (int) rest.stream().filter(TestReader::isEvent).count();
      }
      // Who was still connected has it; one may have gone between the count and the broadcast.
      assertThat(heard).isBetween(open - 2, open);
      // The first to go waits for what is left of the window, and each another while.
      assertThat(comeBacks).doesNotHaveDuplicates().allMatch(wait -> wait >= 3_000);
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

    assertThat(System.nanoTime() - began).isLessThan(Duration.ofSeconds(5).toNanos());
  }

  @Test
  void whenTheLastReaderLeavesTheStopDoesNotWaitForTheWindow() throws Exception {
    var server = TestServer.start(Map.of("drain.window", "1h"));
    var one = server.subscribe("alice").awaitLive();
    var two = server.subscribe("alice").awaitLive();

    var stop = CompletableFuture.runAsync(() -> server.heliograph().close());
    await().until(() -> server.heliograph().hub().connections().count() == 1);
    one.close();
    two.close();

    stop.get(5, TimeUnit.SECONDS);
  }
}
