package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the standard has a reader ignore is often the only word of a server that failed. */
@Timeout(120)
class DroppedLinesTest {
  /** Keeps what is logged of one server: other tests run at the same time. */
  private static final class Log extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("io.heliograph.client");
    private final String about;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Log(SseTestServer server) {
      about = "http://127.0.0.1:" + server.uri().getPort() + "/";
      logger.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
      if (entry.getMessage().startsWith(about)) {
        lines.add(entry.getLevel() + " " + entry.getMessage());
      }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
      logger.removeHandler(this);
    }
  }

  @Test
  void areCountedAndTheFirstOfAStreamIsLogged() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 3) {
                    exchange.status(204, "");
                    return;
                  }
                  exchange
                      .open()
                      .send("data: 1\n\n{\"error\":\u0007\"quota\"}\n\n{\"more\":1}\n\n");
                });
        var log = new Log(server);
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(Duration.ZERO))
                .build();
        var subscription = client.subscribe(StreamSpec.endpoint(), event -> {})) {
      subscription.awaitClosed();

      assertThat(subscription.stats().droppedLines()).isEqualTo(4);
      assertThat(log.lines)
          .filteredOn(line -> line.contains("dropped"))
          .singleElement()
          .asString()
          .startsWith("WARNING " + log.about)
          .contains("{\"error\": \"quota\"}");
    }
  }

  /** An LLM's API that fails in the middle: the error, without a line's end, and the end. */
  @Test
  void anErrorThatNothingEndsIsAmongThem() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.open().send("data: half\n\n{\"error\":\"overloaded\"}"));
        var log = new Log(server);
        var client = SseClient.builder(server.uri()).reconnect(ReconnectPolicy.never()).build();
        var subscription = client.subscribe(StreamSpec.endpoint(), event -> {})) {
      subscription.awaitClosed();

      assertThat(subscription.closeReason()).contains(CloseReason.TRUNCATED);
      assertThat(subscription.stats().droppedLines()).isEqualTo(1);
      assertThat(log.lines).anyMatch(line -> line.contains("{\"error\":\"overloaded\"}"));
    }
  }

  @Test
  void aStreamByTheStandardHasNone() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange
                        .open()
                        .introduce("c0")
                        .send("retry: 0\n:\nid: 1\nevent: t\ndata: x\n\nid\n\nda");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var log = new Log(server);
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(StreamSpec.endpoint(), event -> {})) {
      subscription.awaitClosed();

      assertThat(subscription.stats().droppedLines()).isZero();
      assertThat(log.lines).noneMatch(line -> line.contains("dropped"));
    }
  }
}
