package io.heliograph.client;

import static io.heliograph.client.Backports.last;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class JvmExitTest {
  /** A program that closes its streams and returns from main. */
  static final class Program {
    public static void main(String[] args) {
      URI uri = URI.create(args[0]);
      try (var client = SseClient.create(uri);
          var pushed = client.subscribe(event -> {});
          var pulled = client.open()) {
        System.out.println(pulled.iterator().next().data() + pushed.closeReason().isPresent());
      }
      try (var publisher = EventPublisher.create(uri)) {
        System.out.println(publisher.broadcast(NewEvent.text("t", "x")));
      }
      System.out.println(System.currentTimeMillis());
    }
  }

  @Test
  void aProgramEndsSoonAfterItClosedItsStreams() throws Exception {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.request().method().equals("POST")) {
                exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
              } else {
                exchange.open().event("", "", "hello").silence();
              }
            })) {
      Process program = ChildJvm.start(Program.class, server.uri().toString());
      String out = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
      long ended = System.currentTimeMillis();

      var lines = out.lines().toList();
      assertThat(lines).as(out).hasSize(3);
      assertThat(lines.get(0)).isEqualTo("hellofalse");
      // On a busy machine, too. Threads of OkHttp that are no daemons would stay for a minute.
      assertThat(Duration.ofMillis(ended - Long.parseLong(last(lines))))
          .isLessThan(Duration.ofSeconds(10));
    }
  }
}
