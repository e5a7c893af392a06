package io.heliograph.server.auth;

import static io.heliograph.server.JwksServer.key;
import static io.heliograph.server.JwksServer.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import io.heliograph.server.JwksServer;
import io.heliograph.server.LogCapture;
import io.heliograph.server.TestTokens;
import io.heliograph.server.observe.Metrics;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys from a URL: real HTTP to a server that rotates its keys, fails, and counts. */
@Timeout(120)
@Order(1)
class JwksTest {

  private static final Duration LONG = Duration.ofHours(1);
  private static final FetchedKeys.Times PATIENT = times(LONG, Duration.ofMillis(300), LONG);

  private final Metrics metrics = new Metrics();
  private JwksServer jwks;
  private final List<Keys> opened = new ArrayList<>();

  @BeforeEach
  void start() throws IOException {
    jwks = JwksServer.start();
  }

  @AfterEach
  void stop() {
    opened.forEach(Keys::close);
    jwks.close();
  }

  @Test
  void keysAreFetchedBeforeTheFirstToken() {
    jwks.hold(key("1"));
    tokens(PATIENT);

    await().until(() -> opened.getFirst().count() == 1);
    assertThat(jwks.fetches()).isEqualTo(1);
    assertThat(metrics.keyFetches.of("ok").sum()).isEqualTo(1);
  }

  @Test
  void aNewKeyIsFetchedAtOnceAndAnOldOneIsKept() {
    ECKey first = key("1");
    ECKey second = key("2");
    jwks.hold(first);
    Tokens tokens = tokens(PATIENT);

    for (int i = 0; i < 50; i++) {
      assertThat(tokens.verify(token(first)).user()).hasToString("alice");
    }
    assertThat(jwks.fetches()).isEqualTo(1);
    jwks.hold(first, second);
    assertThat(tokens.verify(token(second)).user()).hasToString("alice");
    assertThat(tokens.verify(token(first)).user()).hasToString("alice");

    assertThat(jwks.fetches()).isEqualTo(2);
  }

  @Test
  void forgedTokensDoNotMakeTheTokensOfANewKeyFail() {
    ECKey first = key("1");
    ECKey second = key("2");
    jwks.hold(first);
    Tokens tokens = tokens(PATIENT);
    assertThat(tokens.verify(token(first)).user()).hasToString("alice");

    assertRefused(tokens, token(key("forged-1")));
    assertRefused(tokens, token(key("forged-2")));
    jwks.hold(first, second);

    assertThat(tokens.verify(token(second)).user()).hasToString("alice");
  }

  @Test
  void whileForgedTokensKeepComingTheTokensOfANewKeyAreAccepted() {
    ECKey first = key("1");
    ECKey second = key("2");
    ECKey unknown = key("unknown");
    jwks.hold(first);
    Tokens tokens = tokens(PATIENT);
    assertThat(tokens.verify(token(first)).user()).hasToString("alice");

    var over = new AtomicBoolean();
    var forged = new AtomicInteger();
    long started = System.nanoTime();
    try (var strangers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 20; i++) {
        strangers.execute(
            () -> {
              while (!over.get()) {
                ECKey bad =
                    new ECKey.Builder(unknown).keyID("f-" + forged.incrementAndGet()).build();
                assertRefused(tokens, token(bad));
              }
            });
      }
      try {
        await().until(() -> forged.get() > 40); // Each of the strangers is in its second round.
        jwks.hold(first, second);

        assertThat(tokens.verify(token(second)).user()).hasToString("alice");
      } finally {
        over.set(true);
      }
    }
    long pauses = Duration.ofNanos(System.nanoTime() - started).dividedBy(PATIENT.leastPause());
    assertThat(jwks.fetches()).isLessThanOrEqualTo((int) pauses + 3);
  }

  @Test
  void aStormOfUnknownKeysCausesAFetchEachPauseAndHarmsNobody() {
    ECKey known = key("known");
    jwks.hold(known);
    Duration pause = Duration.ofSeconds(2);
    Tokens tokens = tokens(times(LONG, pause, LONG));
    long started = System.nanoTime();
    assertThat(tokens.verify(token(known)).user()).hasToString("alice");
    ECKey unknown = key("unknown");
    List<String> bad =
        IntStream.range(0, 500)
            .mapToObj(i -> token(new ECKey.Builder(unknown).keyID("unknown-" + i).build()))
            .toList();

    var refused = new AtomicInteger();
    try (var storm = Executors.newVirtualThreadPerTaskExecutor()) {
      for (String token : bad) {
        storm.execute(
            () -> {
              assertRefused(tokens, token);
              refused.incrementAndGet();
            });
      }
      assertThat(tokens.verify(token(known)).user()).hasToString("alice");
    }

    long pauses = Duration.ofNanos(System.nanoTime() - started).dividedBy(pause);
    assertThat(refused).hasValue(500);
    assertThat(jwks.fetches()).isLessThanOrEqualTo((int) pauses + 2);
  }

  @Test
  void ofMoreThanAThousandThatWaitTheLastAreToldToComeBack() throws Exception {
    ECKey known = key("known");
    jwks.hold(known);
    Tokens tokens = tokens(times(LONG, Duration.ofSeconds(5), LONG));
    assertThat(tokens.verify(token(known)).user()).hasToString("alice");
    assertRefusedBySomeFetch(tokens); // From now on, the next fetch is 5 s away.
    String bad = token(key("unknown"));

    var unavailable = new AtomicInteger();
    try (var storm = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 1_200; i++) {
        storm.execute(
            () -> {
              try {
                tokens.verify(bad);
              } catch (KeysUnavailableException e) {
                unavailable.incrementAndGet();
              } catch (TokenRefusedException e) {
                // After it has waited.
              }
            });
      }
    }

    assertThat(unavailable).hasValue(200);
  }

  private static void assertRefusedBySomeFetch(Tokens tokens) {
    assertRefused(tokens, token(key("unknown-before")));
  }

  @Test
  void whileTheUrlFailsTheLastKeysAreUsedAndTheLogSaysSoTwice() {
    ECKey known = key("known");
    jwks.hold(known);
    try (var log = LogCapture.of(FetchedKeys.class.getName())) {
      Tokens tokens = tokens(times(Duration.ofMillis(100), Duration.ofMillis(50), LONG));
      assertThat(tokens.verify(token(known)).user()).hasToString("alice");

      jwks.answer(500);
      await().until(() -> metrics.keyFetches.of("failed").sum() >= 3);
      assertThat(tokens.verify(token(known)).user()).hasToString("alice");
      // Nobody can say whether it is good.
      assertThatThrownBy(() -> tokens.verify(token(key("unknown"))))
          .isInstanceOf(KeysUnavailableException.class);
      jwks.answer(200);

      log.awaitLine("WARNING jwks reachable again keys=1 url=" + jwks.url());
      assertThat(log.lines())
          .filteredOn(line -> line.endsWith(jwks.url().toString()))
          .containsExactly(
              "WARNING jwks unavailable error=\"status 500\" keys=1"
                  + " effect=\"the last keys stay in use\" url="
                  + jwks.url(),
              "WARNING jwks reachable again keys=1 url=" + jwks.url());
    }
  }

  @Test
  void anOutageThatLastsEndsTheUseOfTheLastKeys() {
    ECKey known = key("known");
    jwks.hold(known);
    Tokens tokens =
        tokens(times(Duration.ofMillis(100), Duration.ofMillis(50), Duration.ofMillis(300)));
    assertThat(tokens.verify(token(known)).user()).hasToString("alice");

    jwks.answer(500);

    await().until(() -> opened.getFirst().count() == 0);
    assertThatThrownBy(() -> tokens.verify(token(known)))
        .isInstanceOf(KeysUnavailableException.class);
  }

  @Test
  void withoutAnyKeyItIsNotKnownWhetherATokenIsGood() {
    ECKey known = key("known");
    jwks.hold(known);
    jwks.answer(500);
    Tokens tokens = tokens(times(LONG, Duration.ofMillis(50), LONG));

    assertThatThrownBy(() -> tokens.verify(token(known)))
        .isInstanceOf(KeysUnavailableException.class);
    assertThat(tokens.ready()).isFalse();
    jwks.answer(200);

    await().until(tokens::ready); // Without a token that asks for it.
    assertThat(tokens.verify(token(known)).user()).hasToString("alice");
  }

  @Test
  void aSetWithoutAUsableKeyCountsAsNone() {
    jwks.hold(
        new OctetSequenceKey.Builder(TestTokens.SECRET.getBytes(StandardCharsets.UTF_8)).build());
    Tokens tokens = tokens(PATIENT);

    assertThatThrownBy(() -> tokens.verify(token(key("1"))))
        .isInstanceOf(KeysUnavailableException.class);
    assertThat(tokens.ready()).isFalse();
  }

  @Test
  void aSetThatCannotBeReadIsAnOutageLikeAnyOther() {
    ECKey good = key("1");
    jwks.hold("{\"keys\":[" + good.toPublicJWK().toJSONString() + ",null]}");
    Tokens tokens = tokens(PATIENT);
    assertThatThrownBy(() -> tokens.verify(token(good)))
        .isInstanceOf(KeysUnavailableException.class);

    jwks.hold(good);

    await().until(tokens::ready);
    assertThat(tokens.verify(token(good)).user()).hasToString("alice");
  }

  @Test
  void aSecretAmongTheKeysVerifiesNothing() {
    var secret =
        new OctetSequenceKey.Builder(TestTokens.SECRET.getBytes(StandardCharsets.UTF_8))
            .keyID("s")
            .build();
    jwks.hold(key("1"), secret);
    Tokens tokens = tokens(PATIENT);

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
    await().until(() -> opened.getFirst().count() == 1); // Of the two.
  }

  private static void assertRefused(Tokens tokens, String token) {
    assertThatThrownBy(() -> tokens.verify(token)).isInstanceOf(TokenRefusedException.class);
  }

  private Tokens tokens(FetchedKeys.Times times) {
    Keys keys = Keys.jwksUrl(jwks.url(), times, metrics);
    opened.add(keys);
    return new Tokens(
        keys,
        new Tokens.Rules(Optional.empty(), Optional.empty(), Duration.ZERO),
        Clock.systemUTC());
  }

  private static FetchedKeys.Times times(Duration keep, Duration leastPause, Duration inOutage) {
    return new FetchedKeys.Times(keep, leastPause, inOutage);
  }
}
