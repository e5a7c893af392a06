package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A stream from a server that resumes, cut again and again at any byte: nothing lost or doubled.
 */
@Timeout(60)
class CursorsTest {
  private static final int CUTS = 1000;
  private static final int EVENTS = 3000;

  /** Also where each connection begins with a block of nothing but an id, as with Heliograph. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noEventIsLostOrDoubled(boolean beginsWithAnId) {
    var random = new Random(20261122);
    var cuts = new AtomicInteger();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  int last =
                      Integer.parseInt(exchange.request().header("Last-Event-ID").orElse("0"));
                  byte[] rest = eventsAfter(last, beginsWithAnId);
                  if (rest.length == 0) {
                    exchange.status(204, "");
                    return;
                  }
                  exchange.open();
                  if (cuts.incrementAndGet() > CUTS) {
                    exchange.send(rest);
                    return;
                  }
                  // Most cuts fall within a few events, so that there are CUTS before the end.
                  byte[] sent = new byte[Math.min(rest.length, random.nextInt(150))];
                  System.arraycopy(rest, 0, sent, 0, sent.length);
                  exchange.send(sent);
                  switch (random.nextInt(3)) {
                    case 0 -> exchange.cut();
                    case 1 -> exchange.reset();
                    default -> {} // An orderly end.
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(Duration.ZERO))
                .build();
        var stream = client.open()) {

      List<String> data = new ArrayList<>();
      stream.forEach(event -> data.add(event.data()));

      var expected = new ArrayList<String>();
      for (int i = 1; i <= EVENTS; i++) {
        expected.add(data(i));
      }
      assertThat(data).isEqualTo(expected);
      assertThat(cuts).hasValueGreaterThan(CUTS);
      assertThat(server.failures()).isEmpty();
    }
  }

  private static byte[] eventsAfter(int last, boolean beginsWithAnId) {
    var text = new StringBuilder();
    for (int i = last + 1; i <= EVENTS; i++) {
      if (beginsWithAnId && i == last + 1) {
        text.append("retry: 0\n:\n\nid: ").append(last).append("\n\n");
      }
      String newline = List.of("\n", "\r\n", "\r").get(i % 3);
      text.append("id: ").append(i).append(newline);
      text.append("data: ").append(data(i).replace("\n", newline + "data: "));
      text.append(newline).append(newline);
    }
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  private static String data(int i) {
    return i % 5 == 0 ? "é" + i + "\nsecond line" : "é" + i;
  }
}
