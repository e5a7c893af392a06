package io.heliograph.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import io.heliograph.server.TestTokens;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys from a URL: real HTTP to a server that turns its keys, fails, and counts. */
class JwksTest {

  private final AtomicInteger fetches = new AtomicInteger();
  private volatile List<JWK> keys = List.of();
  private volatile int status = 200;
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext(
        "/jwks",
        exchange -> {
          fetches.incrementAndGet();
          byte[] body = new JWKSet(keys).toString(false).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aNewKeyIsFetchedAtOnceAndAnOldOneIsKept() throws Exception {
    ECKey first = key("1");
    ECKey second = key("2");
    keys = List.of(first);
    Tokens tokens = tokens(Keys.Fetching.DEFAULT);

    for (int i = 0; i < 50; i++) {
      assertThat(tokens.verify(token(first)).user()).hasToString("alice");
    }
    assertThat(fetches).hasValue(1);
    keys = List.of(first, second);
    assertThat(tokens.verify(token(second)).user()).hasToString("alice");
    assertThat(tokens.verify(token(first)).user()).hasToString("alice");

    assertThat(fetches).hasValue(2);
  }

  @Test
  void aStormOfUnknownKeysCausesTwoFetchesAndHarmsNobody() throws Exception {
    ECKey known = key("known");
    keys = List.of(known);
    Tokens tokens = tokens(Keys.Fetching.DEFAULT);
    String good = token(known);
    ECKey unknown = key("unknown");

    var refused = new AtomicInteger();
    try (var storm = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 500; i++) {
        String bad = token(new ECKey.Builder(unknown).keyID("unknown-" + i).build());
        storm.execute(
            () -> {
              try {
                tokens.verify(bad);
              } catch (TokenRefusedException e) {
                refused.incrementAndGet();
              }
            });
      }
    }

    assertThat(refused).hasValue(500);
    assertThat(tokens.verify(good).user()).hasToString("alice");
    assertThat(tokens.verify(token(known)).user()).hasToString("alice");
    assertThat(fetches.get()).isLessThanOrEqualTo(2);
  }

  @Test
  void whileTheUrlFailsTheLastKeysAreUsed() throws Exception {
    ECKey known = key("known");
    keys = List.of(known);
    Tokens tokens =
        tokens(
            new Keys.Fetching(Duration.ofMillis(200), Duration.ofMillis(50), Duration.ofHours(1)));
    assertThat(tokens.verify(token(known)).user()).hasToString("alice");

    status = 500;
    // New tokens, because a verified one is not verified again.
    await()
        .until(
            () -> {
              assertThat(tokens.verify(token(known)).user()).hasToString("alice");
              return fetches.get() >= 3;
            });
  }

  @Test
  void withoutAnyKeyItIsNotKnownWhetherATokenIsGood() throws Exception {
    ECKey known = key("known");
    keys = List.of(known);
    status = 500;
    Tokens tokens =
        tokens(new Keys.Fetching(Duration.ofHours(1), Duration.ofMillis(50), Duration.ofHours(1)));

    assertThatThrownBy(() -> tokens.verify(token(known)))
        .isInstanceOf(KeysUnavailableException.class);
    status = 200;

    await().ignoreExceptions().until(() -> tokens.verify(token(known)) != null);
  }

  @Test
  void aSecretAmongTheKeysVerifiesNothing() throws Exception {
    var secret =
        new OctetSequenceKey.Builder(TestTokens.SECRET.getBytes(StandardCharsets.UTF_8))
            .keyID("s")
            .build();
    keys = List.of(key("1"), secret);
    Tokens tokens = tokens(Keys.Fetching.DEFAULT);

    assertThatThrownBy(
            () ->
                tokens.verify(
                    TestTokens.sign(
                        JWSAlgorithm.HS256,
                        secret,
                        TestTokens.claims("alice", "operate", Instant.now(), Duration.ofHours(1))
                            .build())))
        .isInstanceOf(TokenRefusedException.class)
        .hasMessageContaining("algorithm");
    assertThat(fetches).hasValue(0);
  }

  private Tokens tokens(Keys.Fetching fetching) {
    URI url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
    return new Tokens(
        Keys.jwksUrl(url, fetching),
        new Tokens.Rules(Optional.empty(), Optional.empty(), Duration.ZERO),
        Clock.systemUTC());
  }

  private static ECKey key(String id) throws Exception {
    return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
  }

  private static String token(ECKey key) {
    return TestTokens.sign(
        JWSAlgorithm.ES256,
        key,
        TestTokens.claims("alice", "subscribe", Instant.now(), Duration.ofHours(1)).build());
  }
}
