package io.heliograph.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
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
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys that tokens are verified with. Each kind of source allows its own algorithms and no
 * others: a public key must never be taken for a shared secret. Thread-safe.
 */
public final class Keys {

  /** The shortest secret for HS256, in bytes (RFC 7518, section 3.2). */
  public static final int MIN_SECRET_BYTES = 32;

  private static final int MIN_RSA_BITS = 2048;
  private static final Set<JWSAlgorithm> SYMMETRIC = Set.of(JWSAlgorithm.HS256);
  private static final Set<JWSAlgorithm> ASYMMETRIC =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256, JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);

  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(2);
  private static final int MAX_JWKS_BYTES = 512 * 1024;

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  // The last of a SubjectPublicKeyInfo are the key itself (RFC 8410).
  private static final int ED25519_BYTES = 32;

  private final Set<JWSAlgorithm> algorithms;
  private final JWKSource<SecurityContext> source;

  // Whether the source had no answer when it was asked last, not even from memory.
  private volatile boolean failed;

  private Keys(Set<JWSAlgorithm> algorithms, JWKSource<SecurityContext> source) {
    this.algorithms = algorithms;
    this.source = source;
  }

  /**
   * When keys are fetched.
   *
   * @param keep how long they are used without asking again
   * @param leastPause within it, keys that nobody knows cause two fetches at most
   * @param keepInOutage how long they are used when they cannot be fetched
   */
  record Fetching(Duration keep, Duration leastPause, Duration keepInOutage) {
    static final Fetching DEFAULT =
        new Fetching(Duration.ofMinutes(5), Duration.ofSeconds(30), Duration.ofHours(4));
  }

  /**
   * One shared secret, for HS256.
   *
   * @throws KeyException if it is too short
   */
  public static Keys secret(byte[] secret) {
    if (secret.length < MIN_SECRET_BYTES) {
      throw new KeyException(
          "The secret for HS256 has %d bytes, but must have %d or more. Make one: openssl rand -base64 48"
              .formatted(secret.length, MIN_SECRET_BYTES));
    }
    return new Keys(SYMMETRIC, fixed(List.of(new OctetSequenceKey.Builder(secret).build())));
  }

  /**
   * The secret in a file; white space at its end is not part of it, because editors add a line end.
   *
   * @throws KeyException if it cannot be read or is too short
   */
  public static Keys secretFile(Path file) {
    return secret(read(file).stripTrailing().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Public keys in a file, for RS256, ES256 and EdDSA: PEM (public keys or certificates), a JWK or
   * a set of them.
   *
   * @throws KeyException if there is no key in it that can be used
   */
  public static Keys keyFile(Path file) {
    String text = read(file);
    List<JWK> keys = text.strip().startsWith("{") ? jwks(file, text) : pem(file, text);
    for (JWK key : keys) {
      String problem = whyUseless(key);
      if (problem != null) {
        throw new KeyException("A key in " + file + " cannot be used: " + problem);
      }
    }
    if (keys.isEmpty()) {
      throw new KeyException(
          "There is no key in " + file + ". It must hold a public key as PEM or as a JWK.");
    }
    return new Keys(ASYMMETRIC, fixed(keys));
  }

  /**
   * Public keys at a URL (RFC 7517, section 5): fetched at the first token, kept for 5 minutes,
   * fetched anew when a token names a key that is not there, but never more than twice in half a
   * minute; used for 4 hours more when they cannot be fetched.
   */
  public static Keys jwksUrl(URI url) {
    return jwksUrl(url, Fetching.DEFAULT);
  }

  static Keys jwksUrl(URI url, Fetching fetching) {
    try {
      var retriever =
          new DefaultResourceRetriever(
              (int) CONNECT_TIMEOUT.toMillis(), (int) READ_TIMEOUT.toMillis(), MAX_JWKS_BYTES);
      return new Keys(
          ASYMMETRIC,
          JWKSourceBuilder.create(url.toURL(), retriever)
              .cache(fetching.keep().toMillis(), CONNECT_TIMEOUT.plus(READ_TIMEOUT).toMillis() * 2)
              .refreshAheadCache(false)
              .rateLimited(fetching.leastPause().toMillis())
              .outageTolerant(fetching.keepInOutage().toMillis())
              .build());
    } catch (MalformedURLException e) {
      throw new KeyException(url + " is no URL that keys can be fetched from.");
    }
  }

  /** Whether tokens of this algorithm are accepted at all. */
  boolean allow(JWSAlgorithm algorithm) {
    return algorithms.contains(algorithm);
  }

  /** For messages to people. */
  String allowed() {
    return algorithms.equals(SYMMETRIC) ? "HS256" : "RS256, ES256 and EdDSA";
  }

  /**
   * The keys that may have signed a token with this head; may fetch, and block for some seconds.
   *
   * @param id the token's {@code kid}; null if it names none
   * @throws KeysUnavailableException if they cannot be had
   */
  List<JWK> find(JWSAlgorithm algorithm, @Nullable String id) {
    var matcher = new JWKMatcher.Builder().keyType(typeFor(algorithm));
    matcher.keyUses(KeyUse.SIGNATURE, null);
    if (id != null) {
      matcher.keyIDs(id, null); // A key without an id, as from PEM, may be any.
    }
    try {
      List<JWK> found = select(new JWKSelector(matcher.build()));
      failed = false;
      return found.stream().filter(key -> serves(key, algorithm)).toList();
    } catch (RateLimitReachedException e) {
      if (failed || !anyIsKnown()) {
        throw new KeysUnavailableException(e);
      }
      return List.of(); // The keys are known, and this one was looked for often enough.
    } catch (KeySourceException e) {
      failed = true;
      throw new KeysUnavailableException(e);
    }
  }

  private boolean anyIsKnown() {
    try {
      return !select(new JWKSelector(new JWKMatcher.Builder().build())).isEmpty();
    } catch (KeySourceException e) {
      return false; // It would have to be fetched, too.
    }
  }

  /**
   * On a thread of its own: who closes its connection interrupts the thread that answers it, and
   * must not break off a fetch that everybody waits for, nor use up how often one may be made.
   */
  private List<JWK> select(JWKSelector selector) throws KeySourceException {
    if (source instanceof ImmutableJWKSet) {
      return source.get(selector, null);
    }
    var task = new FutureTask<>(() -> source.get(selector, null));
    Thread.ofVirtual().name("heliograph-keys").start(task);
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException e) {
          interrupted = true; // The fetch has an end of its own, within seconds.
        } catch (ExecutionException e) {
          if (e.getCause() instanceof KeySourceException failed) {
            throw failed;
          }
          throw new IllegalStateException(e.getCause());
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static boolean serves(JWK key, JWSAlgorithm algorithm) {
    boolean meantForIt =
        key.getAlgorithm() == null
            || key.getAlgorithm().equals(algorithm)
            || (isEdDsa(algorithm) && isEdDsa(key.getAlgorithm()));
    return meantForIt && (key instanceof OctetSequenceKey || whyUseless(key) == null);
  }

  static boolean isEdDsa(com.nimbusds.jose.Algorithm algorithm) {
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

  /** Why a public key must not be used; null if it may. */
  private static @Nullable String whyUseless(JWK key) {
    return switch (key) {
      case RSAKey rsa when rsa.size() < MIN_RSA_BITS ->
          "RSA with %d bits; %d is the least.".formatted(rsa.size(), MIN_RSA_BITS);
      case RSAKey _ -> null;
      case ECKey ec when ec.getCurve().equals(Curve.P_256) -> null;
      case OctetKeyPair pair when pair.getCurve().equals(Curve.Ed25519) -> null;
      default -> "it is neither RSA nor EC on P-256 nor Ed25519.";
    };
  }

  private static JWKSource<SecurityContext> fixed(List<JWK> keys) {
    return new ImmutableJWKSet<>(new JWKSet(keys));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new KeyException(
          "The key file " + file + " cannot be read (" + e + "). Check its name and permissions.");
    }
  }

  private static List<JWK> jwks(Path file, String text) {
    try {
      return text.contains("\"keys\"")
          ? JWKSet.parse(text).toPublicJWKSet().getKeys()
          : List.of(publicPart(JWK.parse(text)));
    } catch (ParseException e) {
      throw new KeyException("The key file " + file + " is no JWK: " + e.getMessage());
    }
  }

  private static JWK publicPart(JWK key) {
    JWK open = key.toPublicJWK();
    return open == null ? key : open; // A secret has none; it is refused by its kind.
  }

  private static List<JWK> pem(Path file, String text) {
    return new Scan(file, text).keys();
  }

  /** The keys of a PEM file. */
  private record Scan(Path file, String text) {

    List<JWK> keys() {
      Matcher matcher = PEM.matcher(text);
      return matcher.results().map(found -> key(found.group(1), found.group(2))).toList();
    }

    private JWK key(String label, String base64) {
      byte[] bytes = Base64.getMimeDecoder().decode(base64);
      try {
        return switch (label) {
          case "PUBLIC KEY" -> jwk(publicKey(bytes));
          case "CERTIFICATE" ->
              jwk(
                  CertificateFactory.getInstance("X.509")
                      .generateCertificate(new ByteArrayInputStream(bytes))
                      .getPublicKey());
          default ->
              throw new KeyException(
                  "%s holds a %s, but must hold a PUBLIC KEY or a CERTIFICATE: the server only verifies. Try: openssl pkey -in private.pem -pubout"
                      .formatted(file, label));
        };
      } catch (GeneralSecurityException | JOSEException e) {
        throw new KeyException("A key in " + file + " cannot be read: " + e.getMessage());
      }
    }

    private static PublicKey publicKey(byte[] bytes) throws GeneralSecurityException {
      GeneralSecurityException last = new GeneralSecurityException("unknown kind of key");
      for (String kind : List.of("RSA", "EC", "Ed25519")) {
        try {
          return KeyFactory.getInstance(kind).generatePublic(new X509EncodedKeySpec(bytes));
        } catch (GeneralSecurityException e) {
          last = e;
        }
      }
      throw last;
    }

    private static JWK jwk(PublicKey key) throws JOSEException {
      return switch (key) {
        case java.security.interfaces.RSAPublicKey rsa -> new RSAKey.Builder(rsa).build();
        case java.security.interfaces.ECPublicKey ec ->
            new ECKey.Builder(Curve.forECParameterSpec(ec.getParams()), ec).build();
        case EdECPublicKey ed when ed.getParams().getName().equals("Ed25519") -> {
          byte[] encoded = ed.getEncoded();
          yield new OctetKeyPair.Builder(
                  Curve.Ed25519,
                  Base64URL.encode(
                      Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length)))
              .build();
        }
        default -> throw new JOSEException("it is neither RSA nor EC nor Ed25519");
      };
    }
  }
}
