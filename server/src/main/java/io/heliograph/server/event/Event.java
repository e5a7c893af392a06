package io.heliograph.server.event;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * A message, before a log has assigned its position.
 *
 * @param type the SSE {@code event} field; {@value #DEFAULT_TYPE} if the publisher gave none
 * @param data any text; may contain line breaks, each of which the reader sees as a line feed
 * @param ephemeral whether only connections that are open now receive it; it is then never replayed
 * @param ttl how long it is useful, from its append on; afterwards it is skipped
 * @param trace the trace that the publish belongs to; only readers that ask for it receive it
 */
public record Event(
    String type,
    String data,
    boolean ephemeral,
    Optional<Duration> ttl,
    Optional<TraceParent> trace) {

  /** The type that a browser gives to an event without one. */
  public static final String DEFAULT_TYPE = "message";

  /** The prefix of types that are reserved for the server. */
  public static final String RESERVED_PREFIX = "stream.";

  /** The longest type, in bytes of UTF-8. */
  public static final int MAX_TYPE_BYTES = 128;

  /** The longest time to live. */
  public static final Duration MAX_TTL = Duration.ofDays(365);

  /** The allowed types, for messages. */
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
    if (Utf8.isLonger(type, MAX_TYPE_BYTES)) {
      int typeBytes = type.getBytes(StandardCharsets.UTF_8).length;
      throw new InvalidValueException("The type has " + typeBytes + " bytes. " + ALLOWED_TYPE);
    }
    if (ttl.isPresent() && (!ttl.get().isPositive() || ttl.get().compareTo(MAX_TTL) > 0)) {
      throw new InvalidValueException(
          "The ttl is " + ttl.get() + ", but must be above 0 and at most 365 days.");
    }
  }

  /** Creates an event without a ttl. */
  public Event(String type, String data, boolean ephemeral) {
    this(type, data, ephemeral, Optional.empty());
  }

  /** Creates an event without a trace. */
  public Event(String type, String data, boolean ephemeral, Optional<Duration> ttl) {
    this(type, data, ephemeral, ttl, Optional.empty());
  }

  /** Creates an event that is kept for replay. */
  public static Event of(String type, String data) {
    return new Event(type, data, false);
  }

  /** Creates an event for the connections that are open now. */
  public static Event ephemeral(String type, String data) {
    return new Event(type, data, true);
  }
}
