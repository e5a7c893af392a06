package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import java.nio.charset.StandardCharsets;

/** What Heliograph takes for the id of a user. */
final class UserIds {
  private static final int MAX_BYTES = 256;

  private UserIds() {}

  /**
   * The id, if it is one.
   *
   * @throws IllegalArgumentException if the server would refuse it
   */
  static String require(String user) {
    Json.encodable("user id", user);
    int bytes = user.getBytes(StandardCharsets.UTF_8).length;
    boolean odd = user.chars().anyMatch(c -> c == '/' || Character.isISOControl(c));
    if (odd || bytes == 0 || bytes > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the user id "
              + (bytes == 0
                  ? "is empty"
                  : odd ? "contains '/' or a control character" : "is too long")
              + "; allowed: 1 to "
              + MAX_BYTES
              + " bytes of UTF-8 without '/' and control characters");
    }
    return user;
  }

  /** The id as one segment of a path, which cannot be "." or "..", however it is escaped. */
  static String segment(String user) {
    return StreamSpec.segment("user id", require(user));
  }
}
