package io.heliograph.server;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Issues tokens, as an identity provider would. */
public final class TestTokens {

  public static final String SECRET = "0123456789abcdef0123456789abcdef-the-secret";
  public static final String ALL = "subscribe publish operate";

  private TestTokens() {}

  /** A token of the shared secret with these scopes, for an hour. */
  public static String of(String user, String scope) {
    return of(user, scope, Duration.ofHours(1));
  }

  public static String of(String user, String scope, Duration validFor) {
    return sign(claims(user, scope, Instant.now(), validFor).build());
  }

  public static JWTClaimsSet.Builder claims(
      String user, String scope, Instant issuedAt, Duration validFor) {
    return new JWTClaimsSet.Builder()
        .subject(user)
        .claim("scope", scope)
        .jwtID(UUID.randomUUID().toString())
        .issueTime(Date.from(issuedAt))
        .expirationTime(Date.from(issuedAt.plus(validFor)));
  }

  /** Signed with the shared secret. */
  public static String sign(JWTClaimsSet claims) {
    return sign(
        JWSAlgorithm.HS256,
        new OctetSequenceKey.Builder(SECRET.getBytes(StandardCharsets.UTF_8)).build(),
        claims);
  }

  public static String sign(JWSAlgorithm algorithm, JWK key, JWTClaimsSet claims) {
    return sign(
        new JWSHeader.Builder(algorithm).keyID(key.getKeyID()).type(JOSEObjectType.JWT).build(),
        key,
        claims);
  }

  public static String sign(JWSHeader header, JWK key, JWTClaimsSet claims) {
    try {
      JWSSigner signer =
          switch (key) {
            case OctetSequenceKey secret -> new MACSigner(secret);
            case RSAKey rsa -> new RSASSASigner(rsa);
            case ECKey ec -> new ECDSASigner(ec);
            default -> throw new IllegalArgumentException(key.toString());
          };
      var jwt = new SignedJWT(header, claims);
      jwt.sign(signer);
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new AssertionError(e);
    }
  }

  /** Settings of a server that takes tokens of the shared secret. */
  public static Map<String, String> settings(Map<String, String> more) {
    try {
      Path file = Files.createTempFile("secret", ".txt");
      file.toFile().deleteOnExit();
      Files.writeString(file, SECRET + "\n");
      var settings = new LinkedHashMap<String, String>();
      settings.put("auth.mode", "jwt");
      settings.put("auth.jwt.secret-file", file.toString());
      settings.put("auth.jwt.clock-skew", "0s");
      settings.putAll(more);
      return settings;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
