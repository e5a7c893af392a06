package io.heliograph.server.auth;

import com.nimbusds.jose.Algorithm;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import io.heliograph.server.observe.Metrics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The keys to verify tokens with. Each kind of source allows only its own algorithms, so that a
 * public key is never used as a shared secret. Thread-safe.
 */
public final class Keys implements AutoCloseable {

  /** The shortest secret for HS256, in bytes (RFC 7518, section 3.2). */
  public static final int MIN_SECRET_BYTES = 32;

  private static final int MIN_RSA_BITS = 2048;
  private static final Set<JWSAlgorithm> SYMMETRIC = Set.of(JWSAlgorithm.HS256);
  private static final Set<JWSAlgorithm> ASYMMETRIC =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

  private final Set<JWSAlgorithm> algorithms;
  private final Source source;

  /** A source of keys. Thread-safe. */
  interface Source extends AutoCloseable {

    /**
     * The keys that match the selector. May fetch, and block for some seconds.
     *
     * @throws KeysUnavailableException if the keys are unknown at the moment
     */
    List<JWK> select(JWKSelector selector);

    /** The number of usable keys now; never blocks. */
    int count();

    @Override
    void close();
  }

  private Keys(Set<JWSAlgorithm> algorithms, Source source) {
    this.algorithms = algorithms;
    this.source = source;
  }

  /**
   * A source with one shared secret, for HS256.
   *
   * @throws KeyException if it is too short
   */
  public static Keys secret(byte[] secret) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new KeyException(
          "The secret for HS256 has %s bytes, but must have at least %s. Create one: openssl rand -base64 48"
              .formatted(secret.length, MIN_SECRET_BYTES));
    }
    return new Keys(SYMMETRIC, new Fixed(new JWKSet(new OctetSequenceKey.Builder(secret).build())));
  }

  /**
   * A source with the secret in a file. Trailing white space is ignored, because editors add a line
   * end.
   *
   * @throws KeyException if it cannot be read or is too short
   */
  public static Keys secretFile(Path file) {
    return secret(KeyFile.read(file).stripTrailing().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * A source of public keys in a file, for RS256, ES256 and EdDSA: PEM (public keys or
   * certificates), a JWK or a JWK set.
   *
   * @throws KeyException if it contains no usable key
   */
  public static Keys keyFile(Path file) {
    List<JWK> keys = KeyFile.keys(file);
    for (JWK key : keys) {
      String problem = whyUseless(key);
      if (problem != null) {
        throw new KeyException("A key in " + file + " cannot be used: " + problem);
      }
    }
    if (keys.isEmpty()) {
      throw new KeyException(
          "There is no key in " + file + ". It must contain a public key as PEM or JWK.");
    }
    return new Keys(ASYMMETRIC, new Fixed(new JWKSet(keys)));
  }

  /**
   * A source of public keys at a URL (RFC 7517, section 5), which are fetched from now on: see
   * {@link FetchedKeys}. Does not wait for the first fetch. Must be closed.
   */
  public static Keys jwksUrl(URI url, Metrics metrics) {
    return jwksUrl(url, FetchedKeys.Times.DEFAULT, metrics);
  }

  static Keys jwksUrl(URI url, FetchedKeys.Times times, Metrics metrics) {
    return new Keys(ASYMMETRIC, new FetchedKeys(url, times, metrics));
  }

  /**
   * The number of keys that can verify a token now; 0 until they could be fetched. Never blocks.
   */
  public int count() {
    return source.count();
  }

  /** Whether tokens of this algorithm are accepted at all. */
  boolean allow(JWSAlgorithm algorithm) {
    return algorithms.contains(algorithm);
  }

  /** The allowed algorithms, for messages. */
  String allowed() {
    return algorithms.equals(SYMMETRIC) ? "HS256" : "RS256, ES256 and EdDSA";
  }

  /**
   * The keys that may have signed a token with this header. May fetch, and block for some seconds.
   *
   * @param id the token's {@code kid}; null if it has none
   * @throws KeysUnavailableException if the keys are unknown at the moment
   */
  List<JWK> find(JWSAlgorithm algorithm, @Nullable String id) {
    var matcher = new JWKMatcher.Builder().keyType(typeFor(algorithm));
    matcher.keyUses(KeyUse.SIGNATURE, null);
    if (id != null) {
      matcher.keyIDs(id, null); // A key without an id, as from PEM, may be any.
    }
    return source.select(new JWKSelector(matcher.build())).stream()
        .filter(key -> serves(key, algorithm))
        .toList();
  }

  private static boolean serves(JWK key, JWSAlgorithm algorithm) {
    boolean meantForIt =
        key.getAlgorithm() == null
            || key.getAlgorithm().equals(algorithm)
            || (isEdDsa(algorithm) && isEdDsa(key.getAlgorithm()));
    return meantForIt && (key instanceof OctetSequenceKey || whyUseless(key) == null);
  }

  static boolean isEdDsa(Algorithm algorithm) {
    return algorithm.equals(JWSAlgorithm.EdDSA) || algorithm.equals(JWSAlgorithm.Ed25519);
  }

  private static KeyType typeFor(JWSAlgorithm algorithm) {
    if (algorithm.equals(JWSAlgorithm.HS256)) {
      return KeyType.OCT;
    }
    if (algorithm.equals(JWSAlgorithm.RS256)) {
      return KeyType.RSA;
    }
    return isEdDsa(algorithm) ? KeyType.OKP : KeyType.EC;
  }

  /** The reason why a public key cannot be used; null if it can. */
  static @Nullable String whyUseless(JWK key) {
    return switch (key) {
      case RSAKey rsa when rsa.size() < MIN_RSA_BITS ->
          "RSA with %s bits; at least %s are required.".formatted(rsa.size(), MIN_RSA_BITS);
      case RSAKey _ -> null;
      case ECKey ec when ec.getCurve().equals(Curve.P_256) -> null;
      case OctetKeyPair pair when pair.getCurve().equals(Curve.Ed25519) -> null;
      default -> "it is neither RSA, nor EC on P-256, nor Ed25519.";
    };
  }

  /** Stops fetching. */
  @Override
  public void close() {
    source.close();
  }

  /** A source of keys that were read at startup. */
  private record Fixed(JWKSet keys) implements Source {
    @Override
    public List<JWK> select(JWKSelector selector) {
      return selector.select(keys);
    }

    @Override
    public int count() {
      return keys.size();
    }

    @Override
    public void close() {}
  }
}
