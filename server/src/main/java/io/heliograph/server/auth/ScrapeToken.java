package io.heliograph.server.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;

/**
 * The fixed token that lets a metrics collector read {@code /metrics}, and nothing else. It has no
 * expiry, because collectors do not renew tokens. Immutable; holds only the token's hash.
 */
public final class ScrapeToken {

  private static final int LEAST_CHARACTERS = 32;

  // What a Bearer token may hold (RFC 6750, section 2.1).
  private static final Pattern ALLOWED =
      Pattern.compile("[A-Za-z0-9._~+/-]{" + LEAST_CHARACTERS + ",1024}=*");

  private final byte[] hash;

  private ScrapeToken(String token) {
    hash = sha256(token);
  }

  /**
   * The token itself.
   *
   * @param source what to name in a message
   * @throws KeyException if it is too short or no header can carry it; the message does not hold it
   */
  public static ScrapeToken of(String token, String source) {
    if (!ALLOWED.matcher(token).matches()) {
      throw new KeyException(
          "The scrape token in %s is not allowed. It must have at least %d characters, only letters, digits and -._~+/. Create one: openssl rand -hex 32"
              .formatted(source, LEAST_CHARACTERS));
    }
    return new ScrapeToken(token);
  }

  /**
   * The token in a file; white space at its end is left out.
   *
   * @throws KeyException if the file cannot be read, or as {@link #of}
   */
  public static ScrapeToken ofFile(Path file) {
    try {
      return of(Files.readString(file).stripTrailing(), file.toString());
    } catch (IOException e) {
      throw new KeyException(
          "The scrape token file " + file + " cannot be read: " + e.getMessage());
    }
  }

  /** Whether this is the token. Takes as long for each token of the same length. */
  public boolean is(String token) {
    // Hashes, because the comparison of two lengths would tell the length.
    return MessageDigest.isEqual(hash, sha256(token));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every JDK has SHA-256.", e);
    }
  }
}
