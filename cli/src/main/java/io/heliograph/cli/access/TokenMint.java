package io.heliograph.cli.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.heliograph.cli.option.InputFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.jspecify.annotations.Nullable;

/**
 * Makes tokens as the server takes them: HS256, with the claims of docs/guides/authentication.md.
 */
public final class TokenMint {
  /** RFC 7518, section 3.2. */
  static final int MIN_SECRET_BYTES = 32;

  private static final int MAX_SECRET_BYTES = 64 << 10;

  private final byte[] secret;
  private final Clock clock;

  /** Reads a secret as the server does: white space at the end of the file is not part of it. */
  public static TokenMint of(Path file, Clock clock) throws IOException {
    byte[] secret =
        InputFile.text(file.toString(), MAX_SECRET_BYTES)
            .stripTrailing()
            .getBytes(StandardCharsets.UTF_8);
    if (secret.length < MIN_SECRET_BYTES) {
      throw new IOException(
          "the secret in %s has %d bytes, but must have %d or more: openssl rand -base64 48"
              .formatted(file, secret.length, MIN_SECRET_BYTES));
    }
    return new TokenMint(secret, clock);
  }

  /** Takes a secret of at least {@value #MIN_SECRET_BYTES} bytes. */
  TokenMint(byte[] secret, Clock clock) {
    this.secret = secret;
    this.clock = clock;
  }

  /** A signed token, valid for whole seconds; its id tells it from others, to revoke it. */
  @SuppressWarnings("JavaUtilDate") // The library knows no other.
  public String token(
      String id,
      String user,
      String scope,
      Duration ttl,
      @Nullable String issuer,
      @Nullable String audience) {
    Instant now = clock.instant();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .jwtID(id)
            .subject(user)
            .claim("scope", scope)
            .issuer(issuer)
            .audience(audience)
            .issueTime(Date.from(now))
            .expirationTime(Date.from(now.plus(ttl)))
            .build();
    var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    try {
      jwt.sign(new MACSigner(secret));
    } catch (JOSEException e) {
      throw new IllegalArgumentException("the secret does not sign", e);
    }
    return jwt.serialize();
  }
}
