package io.heliograph.cli.load.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.option.Header;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;

final class ClientPostTest {
  @Test
  void allHeadersAreSentButThoseThatTheTargetSetsItself() throws Exception {
    var seen = new LinkedBlockingQueue<List<String>>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          seen.add(exchange.getRequestHeaders().get("X-A"));
          seen.add(exchange.getRequestHeaders().get("Content-Type"));
          exchange.sendResponseHeaders(202, -1);
          exchange.close();
        });
    server.start();
    URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    List<Header> typed =
        List.of(
            new Header("X-A", "1"), new Header("x-a", "2"), new Header("content-type", "text/csv"));
    Target target = Target.heliograph(uri, typed);
    try (var post = new ClientPost(target.allPublishHeaders(), target.way())) {
      assertThat(post.post(uri, new byte[0])).isEqualTo(202);
    } finally {
      server.stop(0);
    }

    assertThat(seen).containsExactly(List.of("1", "2"), List.of("application/json"));
  }
}
