package io.heliograph.server.auth;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.Base64URL;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.cert.CertificateFactory;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.text.ParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the keys of a file: PEM, a JWK or a set of JWKs. No side effects except reading the file.
 */
final class KeyFile {

  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  // The last of a SubjectPublicKeyInfo are the key itself (RFC 8410).
  private static final int ED25519_BYTES = 32;

  private KeyFile() {}

  /**
   * Reads the file's public keys, usable or not.
   *
   * @throws KeyException if the file cannot be read or parsed
   */
  static List<JWK> keys(Path file) {
    String text = read(file);
    return text.strip().startsWith("{") ? jwks(file, text) : new Scan(file, text).keys();
  }

  /**
   * The text of the file.
   *
   * @throws KeyException if the file cannot be read
   */
  static String read(Path file) {
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
      throw new KeyException("The key file " + file + " is not a JWK: " + e.getMessage());
    }
  }

  private static JWK publicPart(JWK key) {
    JWK open = key.toPublicJWK();
    return open == null ? key : open; // A secret has none; it is refused by its kind.
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
                  "%s contains a %s, but must contain a PUBLIC KEY or a CERTIFICATE, because the server only verifies tokens. Extract the public key: openssl pkey -in private.pem -pubout"
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
        default -> throw new JOSEException("the key is neither RSA nor EC nor Ed25519");
      };
    }
  }
}
