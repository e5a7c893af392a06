package io.heliograph.server.auth;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.regex.Pattern;

/**
 * The fixed token with which a metrics collector may read {@code /metrics} and nothing else. It
 * does not expire, because collectors do not renew tokens. Immutable; contains only the token's
 * hash.
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
   * Creates it from the token.
   *
   * @param source the source to name in messages
   * @throws KeyException if the token is too short or cannot be sent in a header; the message does
   *     not contain it
   */
  public static ScrapeToken of(String token, String source) {
    if (!ALLOWED.matcher(token).matches()) {
      throw new KeyException(
          "The scrape token in %s is not allowed. It must have at least %s characters, only letters, digits and -._~+/. Create one: openssl rand -hex 32"
              .formatted(source, LEAST_CHARACTERS));
    }
    return new ScrapeToken(token);
  }

  /**
   * Creates it from a file; trailing white space is ignored.
   *
   * @throws KeyException if the file cannot be read, or as in {@link #of}
   */
  public static ScrapeToken ofFile(Path file) {
    try {
      return of(Files.readString(file).stripTrailing(), file.toString());
    } catch (IOException e) {
      throw new KeyException(
          "The scrape token file " + file + " cannot be read: " + e.getMessage());
    }
  }

  /**
   * Whether this is the token. The comparison takes constant time for tokens of the same length.
   */
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
