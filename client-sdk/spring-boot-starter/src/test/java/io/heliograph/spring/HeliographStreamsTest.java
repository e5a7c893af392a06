package io.heliograph.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import io.heliograph.client.testkit.SseTestServer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HeliographStreamsTest {
  private static final int COUNT = 8;

  @Test
  void aStopWaitsForAllHandlersTogether() throws Exception {
    var handling = new CountDownLatch(COUNT);
    var goOn = new CountDownLatch(1);
    Map<String, HeliographStream> hanging =
        IntStream.range(0, COUNT)
            .boxed()
            .collect(
                Collectors.toMap(
                    i -> "stream" + i,
                    i ->
                        new HeliographStream(
                            StreamSpec.endpoint(),
                            event -> {
                              handling.countDown();
                              goOn.await();
                            })));
    try (var server = SseTestServer.start(exchange -> exchange.open().event("a").silence());
        var client = SseClient.create(server.uri())) {
      var streams = new HeliographStreams(client, hanging, Duration.ofSeconds(2));
      streams.start();
      handling.await();

      long start = System.nanoTime();
      streams.stop();

      assertThat(Duration.ofNanos(System.nanoTime() - start))
          .isBetween(Duration.ofMillis(1900), Duration.ofSeconds(12)); // And not 16.
    } finally {
      goOn.countDown();
    }
  }
}
