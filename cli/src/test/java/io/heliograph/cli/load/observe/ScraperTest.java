package io.heliograph.cli.load.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.option.Header;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class ScraperTest {
  private final Queue<String> tokens = new ConcurrentLinkedQueue<>();

  @Test
  void whatAServerCountsOverARestartIsAddedUp() throws Exception {
    var pages = new ArrayDeque<String>();
    for (int delivered : List.of(10, 15, 3, 7)) {
      pages.add("heliograph_connections 2\nheliograph_delivered_total " + delivered + "\n");
    }
    var asked = new CountDownLatch(pages.size() - 1);
    HttpServer server = server(pages, asked);
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
      var target = Target.heliograph(uri.resolve("/"), List.of(new Header("X-Key", "secret")));
      var scraper = new Scraper(uri, target);
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      scraper.close(); // It asks once more.

      assertThat(scraper.trouble()).isEmpty();
      assertThat(scraper.results()).containsEntry(Metric.SERVER_DELIVERED, 12.0);
      assertThat(scraper.results())
          .as("not there, because never counted")
          .containsEntry(Metric.SERVER_GAPS, 0.0);
      assertThat(tokens).hasSize(4).containsOnly("secret");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void headersOfTheTargetGoToNoOtherServer() throws Exception {
    var asked = new CountDownLatch(1);
    HttpServer server = server(new ArrayDeque<>(List.of("a 1\n", "a 2\n")), asked);
    try {
      URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/metrics");
      var target =
          Target.heliograph(
              URI.create("http://127.0.0.1:1"), List.of(new Header("X-Key", "secret")));
      var scraper = new Scraper(uri, target);
      assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();
      scraper.close();

      assertThat(tokens).isNotEmpty().containsOnly("none");
    } finally {
      server.stop(0);
    }
  }

  private HttpServer server(Queue<String> pages, CountDownLatch asked) throws Exception {
    var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/metrics",
        exchange -> {
          String key = exchange.getRequestHeaders().getFirst("X-Key");
          tokens.add(key == null ? "none" : key);
          byte[] page = String.valueOf(pages.poll()).getBytes(StandardCharsets.US_ASCII);
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
          asked.countDown();
        });
    server.start();
    return server;
  }
}
