package io.heliograph.server.event;

import java.nio.charset.StandardCharsets;

/**
 * The id of a recipient of events: a person, a device, a service.
 *
 * @param value 1 to {@value #MAX_BYTES} bytes of UTF-8 without control characters and {@code /}
 */
public record UserId(String value) implements Comparable<UserId> {

  /** The longest user id, in bytes of UTF-8. */
  public static final int MAX_BYTES = 256;

  /** The allowed values, for messages. */
  public static final String ALLOWED =
      "A user id is 1 to " + MAX_BYTES + " bytes of UTF-8 without control characters and '/'.";

  public UserId {
    if (value.isEmpty()) {
      throw new InvalidValueException("The user id is empty. " + ALLOWED);
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      // A control character would let a user id forge lines of the log and of the stream.
      if (Character.isISOControl(c)) {
        throw new InvalidValueException("The user id contains a control character. " + ALLOWED);
      }
      if (c == '/') {
        throw new InvalidValueException("The user id contains a '/'. " + ALLOWED);
      }
    }
    if (Utf8.isMalformed(value)) {
      throw new InvalidValueException("The user id contains an unpaired surrogate. " + ALLOWED);
    }
    if (Utf8.isLonger(value, MAX_BYTES)) {
      int bytes = value.getBytes(StandardCharsets.UTF_8).length;
      throw new InvalidValueException("The user id has " + bytes + " bytes. " + ALLOWED);
    }
  }

  @Override
  public int compareTo(UserId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
