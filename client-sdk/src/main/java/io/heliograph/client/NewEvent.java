package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import java.time.Duration;
import java.util.Optional;

/**
 * An event to publish. Grows by methods that return a changed copy.
 *
 * @param type names the kind of event, {@code message} for the default; what starts with {@code
 *     stream.} is reserved for the server
 * @param dataJson the data as JSON text
 * @param ttl for how long it is of use: who comes later is spared it; empty for as long as it is
 *     kept
 * @param ephemeral it reaches the connections that are open now and is never replayed
 * @param idempotencyKey under which the server publishes it once, however often it is sent within 5
 *     minutes; empty for a new key with each call
 */
public record NewEvent(
    String type,
    String dataJson,
    Optional<Duration> ttl,
    boolean ephemeral,
    Optional<String> idempotencyKey) {
  private static final Duration LONGEST_TTL = Duration.ofDays(365);

  /**
   * Checks what could forge other fields.
   *
   * @throws IllegalArgumentException if the type holds a line break or NUL, the data is no JSON,
   *     one of them holds half of a surrogate pair, the ttl is out of range, or the key cannot be
   *     the value of a header
   */
  public NewEvent {
    // The server refuses both, too; here the message meets whoever made the mistake.
    if (type.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException(
          "the type contains a line break or NUL; put this text into the data");
    }
    Json.encodable("type", type);
    Json.encodable("data", dataJson);
    // Text that is no JSON value could smuggle other fields into the request.
    if (!Json.isValue(dataJson)) {
      throw new IllegalArgumentException(
          "the data is not a JSON value; for plain text use NewEvent.text(type, text)");
    }
    ttl.ifPresent(
        span -> {
          if (span.compareTo(Duration.ofMillis(1)) < 0 || span.compareTo(LONGEST_TTL) > 0) {
            throw new IllegalArgumentException("ttl is " + span + "; allowed: 1 ms to 365 days");
          }
        });
    idempotencyKey.ifPresent(
        key -> {
          if (key.isEmpty()
              || key.length() > 255
              || key.chars().anyMatch(c -> c < '!' || c > '~')) {
            throw new IllegalArgumentException(
                "the idempotency key is not allowed; allowed: 1 to 255 visible"
                    + " ASCII characters without spaces");
          }
        });
  }

  /**
   * {@return an event whose data is any JSON value} Its readers receive it without white space.
   *
   * @param type names the kind of event
   * @param json one JSON value: an object, an array, a string in quotes, a number, …
   * @throws IllegalArgumentException if that is no JSON, or the type holds a line break or NUL, or
   *     one of them half of a surrogate pair
   */
  public static NewEvent json(String type, String json) {
    return new NewEvent(type, json, Optional.empty(), false, Optional.empty());
  }

  /**
   * {@return an event whose data is plain text, which its readers receive as it is}
   *
   * @param type names the kind of event
   * @param text any text, line breaks included; may be empty
   * @throws IllegalArgumentException if the type holds a line break or NUL, or one of them half of
   *     a surrogate pair
   */
  public static NewEvent text(String type, String text) {
    return json(type, Json.quote(text));
  }

  /**
   * {@return the same event, of use for so long}
   *
   * @param span 1 ms to 365 days; what is below a millisecond is cut off
   * @throws IllegalArgumentException if it is out of that range
   */
  public NewEvent ttl(Duration span) {
    return new NewEvent(type, dataJson, Optional.of(span), ephemeral, idempotencyKey);
  }

  /** {@return the same event, for the connections that are open now only} */
  public NewEvent asEphemeral() {
    return new NewEvent(type, dataJson, ttl, true, idempotencyKey);
  }

  /**
   * {@return the same event under a key of yours} For an event that is published again after a
   * crash of the program, such as from an outbox: with the same key the server publishes it once.
   * It knows a key for as long as its log holds the event, 24 hours at most by default; the same
   * key with another event is refused with 422.
   *
   * @param key 1 to 255 visible ASCII characters, such as the id of the outbox's row; one for each
   *     event
   * @throws IllegalArgumentException if it is anything else
   */
  public NewEvent idempotencyKey(String key) {
    return new NewEvent(type, dataJson, ttl, ephemeral, Optional.of(key));
  }

  /** Its members as JSON, without the braces. */
  String members() {
    return "\"type\":"
        + Json.quote(type)
        + ",\"data\":"
        + dataJson
        + ttl.map(span -> ",\"ttl\":\"" + span.toMillis() + "ms\"").orElse("")
        + (ephemeral ? ",\"ephemeral\":true" : "");
  }
}
