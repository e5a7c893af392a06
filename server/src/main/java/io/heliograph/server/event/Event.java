package io.heliograph.server.event;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * One message, before a log has given it a place.
 *
 * @param type the SSE {@code event} field; {@value #DEFAULT_TYPE} where the publisher named none
 * @param data any text; may hold line breaks, of which the reader sees each as a line feed
 * @param ephemeral whether it reaches only the connections open now and is never replayed
 * @param ttl for how long it is of use to a reader, from its append on; afterwards it is skipped
 */
public record Event(String type, String data, boolean ephemeral, Optional<Duration> ttl) {

  /** What a browser calls an event without a type. */
  public static final String DEFAULT_TYPE = "message";

  /** Types that start so are the server's own. */
  public static final String RESERVED_PREFIX = "stream.";

  /** The longest type, in bytes of UTF-8. */
  public static final int MAX_TYPE_BYTES = 128;

  /** The longest time to live. */
  public static final Duration MAX_TTL = Duration.ofDays(365);

  /** What is allowed as a type, for messages to people. */
  public static final String ALLOWED_TYPE =
      "A type is 1 to "
          + MAX_TYPE_BYTES
          + " bytes of UTF-8 without line breaks and NUL, and must not start with '"
          + RESERVED_PREFIX
          + "'.";

  public Event {
    if (type.isEmpty()) {
      throw new InvalidValueException("The type is empty. " + ALLOWED_TYPE);
    }
    for (int i = 0; i < type.length(); i++) {
      char c = type.charAt(i);
      // A line break in a one-line field would let a publisher forge other fields of the stream.
      if (c == '\r' || c == '\n' || c == 0) {
        throw new InvalidValueException("The type contains a line break or NUL. " + ALLOWED_TYPE);
      }
    }
    if (type.startsWith(RESERVED_PREFIX)) {
      throw new InvalidValueException("The type '" + type + "' is reserved. " + ALLOWED_TYPE);
    }
    if (Utf8.isMalformed(type) || Utf8.isMalformed(data)) {
      throw new InvalidValueException(
          "The event contains an unpaired surrogate, which UTF-8 cannot encode.");
    }
    int typeBytes = type.getBytes(StandardCharsets.UTF_8).length;
    if (typeBytes > MAX_TYPE_BYTES) {
      throw new InvalidValueException("The type has " + typeBytes + " bytes. " + ALLOWED_TYPE);
    }
    if (ttl.isPresent() && (!ttl.get().isPositive() || ttl.get().compareTo(MAX_TTL) > 0)) {
      throw new InvalidValueException(
          "The ttl is " + ttl.get() + ", but must be above 0 and at most 365 days.");
    }
  }

  /** An event that is of use for as long as it is kept. */
  public Event(String type, String data, boolean ephemeral) {
    this(type, data, ephemeral, Optional.empty());
  }

  /** An event that is kept for replay. */
  public static Event of(String type, String data) {
    return new Event(type, data, false);
  }

  /** An event for the connections that are open now. */
  public static Event ephemeral(String type, String data) {
    return new Event(type, data, true);
  }
}
