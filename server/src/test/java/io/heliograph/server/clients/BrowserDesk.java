package io.heliograph.server.clients;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** Where the pages of browsers under test fetch their commands and leave their reports. */
final class BrowserDesk implements AutoCloseable {

  private final HttpServer server;

  /**
   * Starts it on a free port.
   *
   * @param tls for pages that come over TLS, which ask nobody without; null for the others
   * @param clients by name
   * @param page the text of the page that drives a browser's EventSource
   */
  BrowserDesk(Map<String, RealClient> clients, String page, @Nullable SSLContext tls)
      throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    if (tls == null) {
      server = HttpServer.create(address, 0);
    } else {
      HttpsServer secure = HttpsServer.create(address, 0);
      secure.setHttpsConfigurator(new HttpsConfigurator(tls));
      server = secure;
    }
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/page",
        exchange -> {
          // The connection is the relay's, and its next request would be for the server.
          exchange.getResponseHeaders().set("Connection", "close");
          answer(exchange, "text/html; charset=utf-8", page);
        });
    server.createContext(
        "/commands/",
        exchange -> {
          try {
            answer(exchange, "text/plain", clientOf(clients, exchange).nextCommands());
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
    server.createContext(
        "/reports/",
        exchange -> {
          var line = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          clientOf(clients, exchange).report(line);
          answer(exchange, "text/plain", "");
        });
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  private static RealClient clientOf(Map<String, RealClient> clients, HttpExchange exchange) {
    String path = exchange.getRequestURI().getPath();
    var client = clients.get(path.substring(path.lastIndexOf('/') + 1));
    if (client == null) {
      throw new AssertionError(path);
    }
    return client;
  }

  private static void answer(HttpExchange exchange, String type, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    // The pages come from the streams' origin.
    exchange.getResponseHeaders().set("Access-Control-Allow-Origin", "*");
    exchange.sendResponseHeaders(200, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
