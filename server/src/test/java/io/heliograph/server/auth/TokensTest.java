package io.heliograph.server.auth;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import io.heliograph.server.TestTokens;
import io.heliograph.server.event.UserId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which tokens are good, in time that moves only here; the keys are real. */
class TokensTest {

  private static final Duration HOUR = Duration.ofHours(1);
  private static final Tokens.Rules RULES =
      new Tokens.Rules(Optional.of("https://id"), Optional.of("push"), Duration.ofSeconds(30));
  private static final Tokens.Rules LAX =
      new Tokens.Rules(Optional.empty(), Optional.empty(), Duration.ofSeconds(30));

  @TempDir private Path directory;
  private final MovedClock clock = new MovedClock();

  @Test
  void aTokenNamesItsUserItsScopesAndItsEnd() {
    Tokens tokens = tokens(secret(), RULES);

    Caller caller =
        tokens.verify(
            TestTokens.sign(
                claims()
                    .claim("scope", "openid subscribe publish")
                    .audience(List.of("other", "push"))
                    .issuer("https://id")
                    .jwtID("t1")
                    .build()));

    assertThat(caller.user()).isEqualTo(new UserId("alice"));
    assertThat(caller.scopes()).isEqualTo(Set.of(Scope.SUBSCRIBE, Scope.PUBLISH));
    assertThat(caller.token()).contains("t1");
    assertThat(caller.expiresAt()).isEqualTo(clock.instant().plus(HOUR).plusSeconds(30));
  }

  @Test
  void everyAllowedAlgorithmIsVerifiedFromPemAndFromJwk() throws Exception {
    RSAKey rsa = new RSAKeyGenerator(2048).keyID("r").generate();
    var ec = new ECKeyGenerator(Curve.P_256).keyID("e").generate();
    KeyPair ed = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    Path jwks = write("jwks.json", new JWKSet(List.of(rsa, ec, jwk(ed, "d"))).toString(true));
    Path pem =
        write(
            "keys.pem",
            pem(rsa.toPublicKey()) + "\n" + pem(ec.toPublicKey()) + pem(ed.getPublic()));
    for (Path file : List.of(jwks, pem)) {
      Tokens tokens = tokens(Keys.keyFile(file), LAX);
      assertThat(tokens.verify(TestTokens.sign(JWSAlgorithm.RS256, rsa, claims().build())).user())
          .hasToString("alice");
      assertThat(tokens.verify(TestTokens.sign(JWSAlgorithm.ES256, ec, claims().build())).user())
          .hasToString("alice");
      assertThat(tokens.verify(edDsa(ed, "d")).user()).hasToString("alice");

      assertRefused(tokens, TestTokens.sign(claims().build()), "algorithm");
      KeyPair other = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
      assertRefused(tokens, edDsa(other, "d"), "not signed with a key");
    }
  }

  @Test
  void aPublicKeyIsNeverTakenForASharedSecret() throws Exception {
    RSAKey rsa = new RSAKeyGenerator(2048).keyID("r").generate();
    String pem = pem(rsa.toPublicKey());
    Tokens tokens = tokens(Keys.keyFile(write("key.pem", pem)), LAX);

    for (byte[] known : new byte[][] {pem.getBytes(US_ASCII), rsa.toPublicKey().getEncoded()}) {
      var key = new OctetSequenceKey.Builder(known).keyID("r").build();
      assertRefused(
          tokens, TestTokens.sign(JWSAlgorithm.HS256, key, claims().build()), "algorithm");
    }
  }

  @Test
  void aTokenWithoutASignatureOrWithAnotherIsRefused() throws Exception {
    Tokens tokens = tokens(secret(), LAX);
    String good = TestTokens.sign(claims().build());
    String[] parts = good.split("\\.", -1);
    JWTClaimsSet bob = claims().subject("bob").build();
    var wrong = new OctetSequenceKey.Builder("x".repeat(32).getBytes(UTF_8)).build();

    assertRefused(tokens, new PlainJWT(claims().build()).serialize(), "not a signed JWT");
    assertRefused(tokens, parts[0] + "." + parts[1] + ".", "");
    assertRefused(tokens, parts[0] + "." + parts[1], "not a signed JWT");
    assertRefused(
        tokens,
        Base64URL.encode("{\"alg\":\"none\"}") + "." + parts[1] + "." + parts[2],
        "not a signed JWT");
    assertRefused(
        tokens,
        parts[0] + "." + Base64URL.encode(bob.toString()) + "." + parts[2],
        "not signed with a key");
    assertRefused(tokens, TestTokens.sign(JWSAlgorithm.HS256, wrong, bob), "not signed with a key");
    var longer = new OctetSequenceKey.Builder("x".repeat(64).getBytes(UTF_8)).build();
    assertRefused(tokens, TestTokens.sign(JWSAlgorithm.HS512, longer, bob), "algorithm");
    RSAKey rsa = new RSAKeyGenerator(2048).generate();
    assertRefused(tokens, TestTokens.sign(JWSAlgorithm.RS256, rsa, bob), "algorithm");
    for (String garbage :
        new String[] {
          "", ".", "..", "...", "a.b.c", "e30.e30.e30", good + ".x", "\u0000.\uD800.x"
        }) {
      assertRefused(tokens, garbage, "");
    }
    assertRefused(tokens, "a".repeat(Tokens.MAX_LENGTH + 1), "characters");
    assertThat(tokens.verify(good).user()).hasToString("alice");
  }

  @Test
  void theTimesAreCheckedWithTheAllowedSkew() {
    Tokens tokens = tokens(secret(), LAX);
    Instant start = clock.instant();
    String token =
        TestTokens.sign(claims().notBeforeTime(Date.from(start.plusSeconds(60))).build());

    assertRefused(tokens, token, "not valid yet");
    clock.advance(Duration.ofSeconds(30));
    assertThat(tokens.verify(token).user()).hasToString("alice");
    clock.advance(HOUR.minusSeconds(1)); // 29 s after its end.
    assertThat(tokens.verify(token).user()).hasToString("alice");
    clock.advance(Duration.ofSeconds(1));

    // It was verified before, and that is remembered; its end is not forgotten over it.
    assertThatThrownBy(() -> tokens.verify(token))
        .isInstanceOfSatisfying(
            TokenRefusedException.class,
            e -> assertThat(e.reason()).isEqualTo(TokenRefusedException.Reason.EXPIRED));
  }

  @Test
  void timesOutOfRangeAreRefusedAndNoneIsTakenForAnother() {
    Tokens tokens = tokens(secret(), LAX);
    long now = clock.instant().getEpochSecond();
    // Of these some wrap around to a time that would be good, if they were counted in a long.
    for (Object bad :
        new Object[] {
          -1,
          Long.MIN_VALUE,
          Long.MAX_VALUE,
          Long.MAX_VALUE / 1000 + 1 + now,
          (1L << 61) + now,
          253_402_300_800L,
          now * 1000,
          1e300,
          -0.5
        }) {
      for (String name : List.of("exp", "nbf", "iat")) {
        assertRefused(tokens, with(claims().build()).claim(name, bad), name + " is out of range");
      }
    }
    for (Object bad : new Object[] {"1800000000", List.of(1), true}) {
      for (String name : List.of("exp", "nbf", "iat")) {
        assertRefused(tokens, with(claims().build()).claim(name, bad), name + " is not a number");
      }
    }
  }

  @Test
  void timesAtTheEndsOfTheirRangeAreTaken() {
    Tokens tokens = tokens(secret(), LAX);
    JWTClaimsSet longest =
        with(claims().build())
            .claim("exp", 253_402_300_799L)
            .claim("nbf", 0)
            .claim("iat", 0)
            .build();

    Caller caller = tokens.verify(TestTokens.sign(longest));

    assertThat(caller.expiresAt()).isEqualTo("+10000-01-01T00:00:29Z");
    assertThat(caller.remaining(clock.instant())).isPositive();
    assertRefused(tokens, with(claims().build()).claim("exp", 0), "expired");
    assertRefused(tokens, with(claims().build()).claim("nbf", 253_402_300_799L), "not valid yet");
  }

  @Test
  void timesMayHaveAFraction() {
    Tokens tokens = tokens(secret(), LAX);
    double issued = clock.instant().getEpochSecond() - 0.25;

    Caller caller =
        tokens.verify(TestTokens.sign(with(claims().build()).claim("iat", issued).build()));

    assertThat(caller.issuedAt()).contains(clock.instant().minusMillis(250));
  }

  @Test
  void whatATokenMustSayIsChecked() {
    Tokens tokens = tokens(secret(), RULES);
    JWTClaimsSet good = claims().issuer("https://id").audience("push").build();

    assertThat(tokens.verify(TestTokens.sign(good)).user()).hasToString("alice");
    assertRefused(tokens, with(good).issuer("https://id/"), "issuer");
    assertRefused(tokens, with(good).issuer(null), "issuer");
    assertRefused(tokens, with(good).audience("other"), "aud");
    assertRefused(tokens, with(good).audience((String) null), "aud");
    assertRefused(tokens, with(good).expirationTime(null), "no exp");
    assertRefused(tokens, with(good).subject(null), "no sub");
    assertRefused(tokens, with(good).subject("a/b"), "sub is not a valid user id");
    assertRefused(tokens, with(good).subject("a\nb"), "sub is not a valid user id");
    assertRefused(tokens, with(good).claim("scope", List.of("operate")), "scope");
  }

  @Test
  void aTokenForAnotherPurposeOrWithAnExtensionIsRefused() {
    Tokens tokens = tokens(secret(), LAX);
    var key = new OctetSequenceKey.Builder(TestTokens.SECRET.getBytes(UTF_8)).build();
    var logout =
        new JWSHeader.Builder(JWSAlgorithm.HS256).type(new JOSEObjectType("logout+jwt")).build();
    var extended =
        new JWSHeader.Builder(JWSAlgorithm.HS256)
            .criticalParams(Set.of("exp"))
            .customParam("exp", 1)
            .build();

    assertRefused(tokens, TestTokens.sign(logout, key, claims().build()), "typ");
    assertRefused(tokens, TestTokens.sign(extended, key, claims().build()), "critical");
  }

  @Test
  void keysThatAreTooWeakOrPrivateOrMissingStopTheStart() throws Exception {
    Path shortSecret = write("short", "x".repeat(31) + "\n");
    assertThatThrownBy(() -> Keys.secretFile(shortSecret))
        .isInstanceOf(KeyException.class)
        .hasMessageContaining("31 bytes");
    RSAKey weak = new RSAKeyGenerator(1024, true).generate();
    Path weakFile = write("weak.pem", pem(weak.toPublicKey()));
    assertThatThrownBy(() -> Keys.keyFile(weakFile)).hasMessageContaining("1024 bits");
    Path secretKey =
        write(
            "private.pem",
            "-----BEGIN PRIVATE KEY-----\n"
                + Base64.getEncoder().encodeToString(weak.toPrivateKey().getEncoded())
                + "\n-----END PRIVATE KEY-----\n");
    assertThatThrownBy(() -> Keys.keyFile(secretKey)).hasMessageContaining("PUBLIC KEY");
    Path oct = write("oct.json", new OctetSequenceKey.Builder(new byte[32]).build().toJSONString());
    assertThatThrownBy(() -> Keys.keyFile(oct)).hasMessageContaining("neither RSA");
    Path empty = write("empty.pem", "nothing");
    assertThatThrownBy(() -> Keys.keyFile(empty)).hasMessageContaining("no key");
    assertThatThrownBy(() -> Keys.keyFile(directory.resolve("none")))
        .hasMessageContaining("cannot be read");
  }

  private static JWTClaimsSet.Builder with(JWTClaimsSet claims) {
    return new JWTClaimsSet.Builder(claims);
  }

  private static void assertRefused(Tokens tokens, JWTClaimsSet.Builder claims, String why) {
    assertRefused(tokens, TestTokens.sign(claims.build()), why);
  }

  private static void assertRefused(Tokens tokens, String token, String why) {
    assertThatThrownBy(() -> tokens.verify(token))
        .isInstanceOf(TokenRefusedException.class)
        .hasMessageContaining(why);
  }

  private JWTClaimsSet.Builder claims() {
    return TestTokens.claims("alice", "subscribe", clock.instant(), HOUR);
  }

  private Tokens tokens(Keys keys, Tokens.Rules rules) {
    return new Tokens(keys, rules, clock);
  }

  private static Keys secret() {
    return Keys.secret(TestTokens.SECRET.getBytes(UTF_8));
  }

  private Path write(String name, String text) throws Exception {
    return Files.writeString(directory.resolve(name), text);
  }

  private static String pem(PublicKey key) {
    return "-----BEGIN PUBLIC KEY-----\n"
        + Base64.getMimeEncoder().encodeToString(key.getEncoded())
        + "\n-----END PUBLIC KEY-----\n";
  }

  private static JWK jwk(KeyPair pair, String id) {
    byte[] encoded = pair.getPublic().getEncoded();
    return new OctetKeyPair.Builder(
            Curve.Ed25519,
            Base64URL.encode(Arrays.copyOfRange(encoded, encoded.length - 32, encoded.length)))
        .keyID(id)
        .build();
  }

  private String edDsa(KeyPair pair, String id) throws Exception {
    String input =
        new JWSHeader.Builder(JWSAlgorithm.EdDSA).keyID(id).build().toBase64URL()
            + "."
            + Base64URL.encode(claims().build().toString());
    var signer = Signature.getInstance("Ed25519");
    signer.initSign(pair.getPrivate());
    signer.update(input.getBytes(US_ASCII));
    return input + "." + Base64URL.encode(signer.sign());
  }

  /** Starts at a whole second, as the claims do. */
  private static final class MovedClock extends Clock {
    private volatile Instant now = Instant.ofEpochSecond(1_800_000_000);

    void advance(Duration span) {
      now = now.plus(span);
    }

    @Override
    public Instant instant() {
      return now;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }
}
