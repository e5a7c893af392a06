package io.heliograph.cli.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

final class TokenMintTest {
  private static final Instant NOW = Instant.parse("2026-10-03T14:22:07Z");

  @Test
  void aTokenSaysWhatItWasAskedForAndEndsInTime() throws Exception {
    byte[] secret = "s".repeat(32).getBytes(StandardCharsets.US_ASCII);
    var mint = new TokenMint(secret, Clock.fixed(NOW, ZoneOffset.UTC));

    SignedJWT jwt =
        SignedJWT.parse(mint.token("j-1", "alice", "a b", Duration.ofMinutes(5), null, "push"));

    assertThat(jwt.verify(new MACVerifier(secret))).isTrue();
    var claims = jwt.getJWTClaimsSet();
    assertThat(claims.getJWTID()).isEqualTo("j-1");
    assertThat(claims.getSubject()).isEqualTo("alice");
    assertThat(claims.getStringClaim("scope")).isEqualTo("a b");
    assertThat(claims.getAudience()).containsExactly("push");
    assertThat(claims.getIssuer()).isNull();
    assertThat(claims.getIssueTime().toInstant()).isEqualTo(NOW);
    assertThat(claims.getExpirationTime().toInstant()).isEqualTo(NOW.plusSeconds(300));
  }
}
