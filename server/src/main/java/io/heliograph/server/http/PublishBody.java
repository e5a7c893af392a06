package io.heliograph.server.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * What a publisher sent, before it is read.
 *
 * @param mediaType in lower case, without parameters
 * @param query as it was sent
 * @param bytes the body; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared: its fingerprint is.
record PublishBody(String mediaType, String query, byte[] bytes) {

  /** Two bodies that differ in anything have different ones. */
  byte[] fingerprint() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(mediaType.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) '\n');
      digest.update(query.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) '\n');
      return digest.digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
