package io.heliograph.server;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** An identity provider's keys at a URL: rotates them, fails, and counts. */
public final class JwksServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger fetches = new AtomicInteger();
  private volatile String keys = "";
  private volatile int status = 200;

  private JwksServer(HttpServer server) {
    this.server = server;
  }

  public static JwksServer start() throws IOException {
    var jwks =
        new JwksServer(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    jwks.hold();
    jwks.server.setExecutor(jwks.threads);
    jwks.server.createContext(
        "/jwks",
        exchange -> {
          jwks.fetches.incrementAndGet();
          byte[] body = jwks.keys.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(jwks.status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    jwks.server.start();
    return jwks;
  }

  public URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
  }

  public void hold(JWK... newKeys) {
    hold(new JWKSet(List.of(newKeys)).toString());
  }

  /** Answers with a text, which may be no set of keys. */
  public void hold(String text) {
    keys = text;
  }

  public void answer(int newStatus) {
    status = newStatus;
  }

  public int fetches() {
    return fetches.get();
  }

  public static ECKey key(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (com.nimbusds.jose.JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** A token of alice for an hour. */
  public static String token(ECKey key) {
    return TestTokens.sign(
        JWSAlgorithm.ES256,
        key,
        TestTokens.claims("alice", TestTokens.ALL, Instant.now(), Duration.ofHours(1)).build());
  }

  @Override
  public void close() {
    server.stop(0);
    threads.close();
  }
}
