package io.heliograph.server.page;

import io.heliograph.server.TestTokens;
import io.heliograph.server.clients.ServerProcess;
import io.heliograph.server.proxy.Guide;
import io.heliograph.server.proxy.Proxy;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A server, the way from a browser to it, and what may happen to both. */
final class Site implements AutoCloseable {

  /** How a browser reaches the server. */
  enum Way {
    /** HTTP/1.1, without a proxy. */
    DIRECT,
    /** TLS and HTTP/2, by the guide's configuration. */
    NGINX,
    CADDY;

    @Nullable Proxy start(Path certificates, int backend) throws Exception {
      if (this == DIRECT) {
        return null;
      }
      Proxy.Program program = Proxy.Program.valueOf(name());
      return Proxy.start(program, certificates, Guide.block(program.program()), backend);
    }

    void assumeInstalled() {
      if (this != DIRECT) {
        Proxy.Program.valueOf(name()).assumeInstalled();
      }
    }
  }

  private final Map<String, String> settings;
  private final String token;
  private final Network behind; // Between the proxy and the server.
  private final @Nullable Proxy proxy;
  private final Network before; // Between the browser and the proxy, or the server.
  private final Way way;
  private ServerProcess server;

  Site(Way way, Path certificates, Map<String, String> settings) throws Exception {
    this.way = way;
    this.settings = new HashMap<>(settings);
    this.settings.putIfAbsent("stream.heartbeat", "5s");
    this.settings.putIfAbsent("log.per-user.events", "5000");
    token = settings.containsKey("auth.mode") ? TestTokens.of("harness", TestTokens.ALL) : "";
    server = ServerProcess.startWithPages(this.settings, token);
    behind = new Network(server.port());
    proxy = way.start(certificates, behind.port());
    before = new Network(proxy == null ? behind.port() : proxy.port());
  }

  ServerProcess server() {
    return server;
  }

  /** The network between the browser and the first machine of the site. */
  Network network() {
    return before;
  }

  String url(String path) {
    return (way == Way.DIRECT ? "http://127.0.0.1:" : "https://localhost:") + before.port() + path;
  }

  /** Starts another server in the place of the one that has ended. */
  void startAnother() throws Exception {
    server.close();
    server = ServerProcess.startWithPages(settings, token);
    behind.forwardTo(server.port());
  }

  @Override
  public void close() throws Exception {
    before.close();
    if (proxy != null) {
      proxy.close();
    }
    behind.close();
    server.close();
  }
}
