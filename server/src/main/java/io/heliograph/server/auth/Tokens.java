package io.heliograph.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.heliograph.server.auth.TokenRefusedException.Reason;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.UserId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies tokens: JWTs (RFC 7519) signed with HS256, RS256, ES256 or EdDSA. Thread-safe; may block
 * for some seconds while keys are fetched.
 */
public final class Tokens {

  /** Longer tokens are rejected without parsing, in characters. */
  static final int MAX_LENGTH = 8 * 1024;

  // Verifying costs up to a millisecond (ES256), and a reader's requests carry the same token.
  private static final int MAX_CACHED = 10_000;

  // A key that its issuer has taken back must not live on here for as long as its tokens.
  private static final Duration LONGEST_CACHED = Duration.ofMinutes(5);

  private static final Set<String> TYPES = Set.of("jwt", "at+jwt", "application/at+jwt");

  // The end of the year 9999. Milliseconds by mistake lie behind it.
  private static final long LATEST_SECOND = 253_402_300_799L;
  private static final String TIMES =
      "It must be seconds (not milliseconds) since 1970, from 0 to " + LATEST_SECOND + ".";

  private final Keys keys;
  private final Rules rules;
  private final Clock clock;

  // By SHA-256 of the token, so that no token lies in memory for long. Guarded by itself; the
  // oldest gives way.
  private final Map<ByteBuffer, Verified> verified =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Verified> eldest) {
          return size() > MAX_CACHED;
        }
      };

  /**
   * The required claims of a token.
   *
   * @param issuer its {@code iss}; empty for any issuer that has the key
   * @param audience required value in its {@code aud}; empty for any
   * @param clockSkew allowed difference between the issuer's clock and this one
   */
  public record Rules(Optional<String> issuer, Optional<String> audience, Duration clockSkew) {}

  private record Verified(Caller caller, Instant until) {}

  public Tokens(Keys keys, Rules rules, Clock clock) {
    this.keys = keys;
    this.rules = rules;
    this.clock = clock;
  }

  /** Whether there is a key to verify tokens with. Never blocks. */
  public boolean ready() {
    return keys.count() > 0;
  }

  /**
   * Who the token's owner is.
   *
   * @throws TokenRefusedException if the token is not good
   * @throws KeysUnavailableException if it cannot be told whether it is
   */
  public Caller verify(String token) {
    if (token.length() > MAX_LENGTH) {
      throw invalid("The token has more than " + MAX_LENGTH + " characters.");
    }
    if (!isCompact(token)) {
      throw invalid("The token is not a signed JWT.");
    }
    ByteBuffer hash = hash(token);
    Instant now = clock.instant();
    Verified known;
    synchronized (verified) {
      known = verified.get(hash);
    }
    if (known != null && now.isBefore(known.until())) {
      return known.caller();
    }
    Caller caller = callerOf(claimsOf(token), now);
    Instant until = now.plus(LONGEST_CACHED);
    synchronized (verified) {
      verified.put(
          hash,
          new Verified(caller, until.isBefore(caller.expiresAt()) ? until : caller.expiresAt()));
    }
    return caller;
  }

  /**
   * Whether it has only what a token is made of (RFC 7515, section 7.1). The parser passes over
   * what it does not know, and so one token would have any number of spellings.
   */
  private static boolean isCompact(String token) {
    for (int i = 0; i < token.length(); i++) {
      char c = token.charAt(i);
      boolean allowed =
          (c >= '0' && c <= '9')
              || (c >= 'A' && c <= 'Z')
              || (c >= 'a' && c <= 'z')
              || c == '-'
              || c == '_'
              || c == '.';
      if (!allowed) {
        return false;
      }
    }
    return true;
  }

  /** Checks that the token is genuine. Claims are evaluated only after that. */
  private Claims claimsOf(String token) {
    try {
      SignedJWT jwt = SignedJWT.parse(token); // Throws for "none" and for encrypted ones.
      JWSHeader head = jwt.getHeader();
      JWSAlgorithm algorithm = head.getAlgorithm();
      if (!keys.allow(algorithm)) {
        throw invalid("The token's algorithm is not allowed. Allowed: " + keys.allowed() + ".");
      }
      // What an extension says and this server does not understand must not be ignored (RFC 7515,
      // section 4.1.11), and it understands none.
      if (head.getCriticalParams() != null && !head.getCriticalParams().isEmpty()) {
        throw invalid("The token has critical extensions, which are not supported.");
      }
      // A token made for another purpose, a logout say, may be signed with the same key.
      if (head.getType() != null
          && !TYPES.contains(head.getType().getType().toLowerCase(Locale.ROOT))) {
        throw invalid("The token's typ is not allowed. Allowed: JWT, at+jwt, or none.");
      }
      byte[] signed = jwt.getSigningInput();
      for (JWK key : keys.find(algorithm, head.getKeyID())) {
        if (verifies(key, jwt, signed)) {
          Map<String, Object> all = jwt.getPayload().toJSONObject();
          if (all == null) {
            throw invalid("The token has no claims.");
          }
          // Read first: what nimbus makes of a number that is too large is another time.
          var times = new Times(time(all, "exp"), time(all, "nbf"), time(all, "iat"));
          return new Claims(JWTClaimsSet.parse(all), times);
        }
      }
      throw invalid("The token is not signed with a key that this server knows.");
    } catch (ParseException | IllegalArgumentException | IllegalStateException e) {
      throw invalid("The token is not a signed JWT.");
    }
  }

  private static boolean verifies(JWK key, SignedJWT jwt, byte[] signed) {
    JWSHeader head = jwt.getHeader();
    try {
      return switch (key) {
        case OctetSequenceKey secret ->
            new MACVerifier(secret).verify(head, signed, jwt.getSignature());
        case RSAKey rsa -> new RSASSAVerifier(rsa).verify(head, signed, jwt.getSignature());
        case ECKey ec -> new ECDSAVerifier(ec).verify(head, signed, jwt.getSignature());
        case OctetKeyPair pair -> Ed25519.verify(pair, signed, jwt.getSignature().decode());
        default -> false;
      };
    } catch (JOSEException e) {
      return false; // A key that cannot be used has signed nothing.
    }
  }

  /** A token's claims, and those of them that are times. */
  private record Claims(JWTClaimsSet all, Times times) {}

  private record Times(
      @Nullable Instant expires, @Nullable Instant notBefore, @Nullable Instant issued) {}

  private Caller callerOf(Claims verifiedClaims, Instant now) {
    JWTClaimsSet claims = verifiedClaims.all();
    Times times = verifiedClaims.times();
    Instant expires = times.expires();
    if (expires == null) {
      throw invalid("The token has no exp. A token that never expires is not accepted.");
    }
    Instant notBefore = times.notBefore();
    if (notBefore != null && now.plus(rules.clockSkew()).isBefore(notBefore)) {
      throw new TokenRefusedException(Reason.EXPIRED, "The token is not valid yet.");
    }
    if (rules.issuer().isPresent() && !rules.issuer().get().equals(claims.getIssuer())) {
      throw invalid("The token's issuer is not the trusted one (auth.jwt.issuer).");
    }
    if (rules.audience().isPresent() && !claims.getAudience().contains(rules.audience().get())) {
      throw invalid("The token's aud does not include this server (auth.jwt.audience).");
    }
    var caller =
        new Caller(
            userOf(claims),
            scopesOf(claims),
            Optional.ofNullable(claims.getJWTID()),
            Optional.ofNullable(times.issued()),
            expires.plus(rules.clockSkew()));
    // Last, because a token that is genuine but for its end is answered in another way.
    if (!now.isBefore(caller.expiresAt())) {
      throw TokenRefusedException.ended("The token has expired.", caller.expiresAt());
    }
    return caller;
  }

  private static UserId userOf(JWTClaimsSet claims) {
    String subject = claims.getSubject();
    if (subject == null) {
      throw invalid("The token has no sub, which must name the user.");
    }
    try {
      return new UserId(subject);
    } catch (InvalidValueException e) {
      throw invalid("The token's sub is not a valid user id. " + UserId.ALLOWED);
    }
  }

  private static Set<Scope> scopesOf(JWTClaimsSet claims) {
    try {
      String scope = claims.getStringClaim("scope");
      var scopes = EnumSet.noneOf(Scope.class);
      if (scope != null) {
        List.of(scope.split(" ", -1)).forEach(word -> Scope.of(word).ifPresent(scopes::add));
      }
      return scopes;
    } catch (ParseException e) {
      throw invalid("The token's scope is not a string. It must be words separated by blanks.");
    }
  }

  /** A NumericDate (RFC 7519, section 2): seconds since 1970, perhaps with a fraction. */
  private static @Nullable Instant time(Map<String, Object> claims, String name) {
    Object value = claims.get(name);
    if (value == null) {
      return null;
    }
    if (!(value instanceof Number number)) {
      throw invalid("The token's " + name + " is not a number. " + TIMES);
    }
    double seconds = number.doubleValue();
    if (!(seconds >= 0 && seconds <= LATEST_SECOND)) {
      throw invalid("The token's " + name + " is out of range. " + TIMES);
    }
    return number instanceof Long whole
        ? Instant.ofEpochSecond(whole)
        : Instant.ofEpochMilli((long) (seconds * 1000));
  }

  private static ByteBuffer hash(String token) {
    try {
      return ByteBuffer.wrap(
          MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static TokenRefusedException invalid(String message) {
    return new TokenRefusedException(Reason.INVALID, message);
  }
}
