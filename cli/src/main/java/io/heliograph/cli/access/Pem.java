package io.heliograph.cli.access;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads certificates and keys as OpenSSL writes them. What it throws never says a key. */
final class Pem {
  private static final long MAX_BYTES = 4 << 20; // More than all authorities of the world.
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]+)-----END \\1-----");

  private Pem() {}

  /** All certificates of the file, in order; at least one. */
  static List<X509Certificate> certificates(Path file) throws IOException {
    String certificates =
        BLOCK
            .matcher(read(file))
            .results()
            .filter(block -> block.group(1).equals("CERTIFICATE"))
            .map(block -> block.group() + "\n")
            .reduce("", String::concat);
    if (certificates.isEmpty()) {
      throw new IOException(
          file + " holds no certificate; a PEM file has lines '-----BEGIN CERTIFICATE-----'");
    }
    try {
      var in = new ByteArrayInputStream(certificates.getBytes(StandardCharsets.US_ASCII));
      return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
          .map(X509Certificate.class::cast)
          .toList();
    } catch (CertificateException e) {
      throw new IOException(file + " holds a certificate that cannot be read", e);
    }
  }

  /** The first private key of the file. */
  static PrivateKey privateKey(Path file) throws IOException {
    Matcher block = BLOCK.matcher(read(file));
    while (block.find()) {
      String kind = block.group(1);
      if (kind.equals("PRIVATE KEY")) {
        return key(file, block.group(2));
      } else if (kind.endsWith("PRIVATE KEY")) {
        throw new IOException(
            file
                + " holds a key of the kind '"
                + kind
                + "'; wanted is PKCS#8 without a password:  openssl pkcs8 -topk8 -nodes -in "
                + file);
      }
    }
    throw new IOException(
        file + " holds no key; a PEM file has a line '-----BEGIN PRIVATE KEY-----'");
  }

  private static PrivateKey key(Path file, String base64) throws IOException {
    try {
      var encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(base64));
      for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
        try {
          return KeyFactory.getInstance(algorithm).generatePrivate(encoded);
        } catch (InvalidKeySpecException e) {
          // The key says by itself which one it is of; the others do not take it.
        }
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException(file + " holds a key that cannot be read", e);
    }
    throw new IOException(file + " holds a key that is of none of the kinds EC, RSA and Ed25519");
  }

  private static String read(Path file) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw new IOException(file + " is a directory; wanted is a PEM file");
      } else if (Files.size(file) > MAX_BYTES) {
        throw new IOException(file + " is larger than any certificate");
      }
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    } catch (AccessDeniedException e) {
      throw new IOException("the file " + file + " may not be read", e);
    }
  }
}
