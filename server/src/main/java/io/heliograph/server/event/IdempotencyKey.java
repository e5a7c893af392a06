package io.heliograph.server.event;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * A publisher's {@code Idempotency-Key}, as a hash of 128 bits. A log keeps it with the event that
 * was published under it. If two publishers use the same key, their hashes differ.
 */
public record IdempotencyKey(long high, long low) {

  /**
   * Creates the key of a publisher's event.
   *
   * @param publisher the publisher; {@code ""} if unknown. Must not contain a line break
   * @param key the publisher's key
   */
  public static IdempotencyKey of(String publisher, String key) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((publisher + "\n" + key).getBytes(StandardCharsets.UTF_8));
      ByteBuffer bits = ByteBuffer.wrap(hash);
      return new IdempotencyKey(bits.getLong(), bits.getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * The key of one item of a batch that was sent under this key. The first item has the key itself,
   * so that a batch of one item is the same event as a single request.
   *
   * @param index of the item, from 0
   */
  public IdempotencyKey item(int index) {
    return new IdempotencyKey(high + index, low);
  }
}
