package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An event to publish. Immutable: methods return a changed copy.
 *
 * @param type names the kind of event, {@code message} for the default; types that start with
 *     {@code stream.} are reserved for the server
 * @param dataJson the data as JSON text
 * @param ttl how long the event is useful; readers that connect later do not receive it. Empty for
 *     no limit
 * @param ephemeral whether only connections that are open now receive it; it is then never replayed
 * @param idempotencyKey key under which the server publishes the event only once; empty for a new
 *     key with each call
 */
public record NewEvent(
    String type,
    String dataJson,
    Optional<Duration> ttl,
    boolean ephemeral,
    Optional<String> idempotencyKey) {
  private static final Duration LONGEST_TTL = Duration.ofDays(365);

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the type contains a line break or NUL, the data is not
   *     JSON, one of them contains an unpaired surrogate, the ttl is out of range, or the key
   *     cannot be sent in a header
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
   * {@return an event whose data is any JSON value} Readers receive it without white space.
   *
   * @param type names the kind of event
   * @param json one JSON value: an object, an array, a string in quotes, a number, …
   * @throws IllegalArgumentException if it is not JSON, the type contains a line break or NUL, or
   *     one of them contains an unpaired surrogate
   */
  public static NewEvent json(String type, String json) {
    return new NewEvent(type, json, Optional.empty(), false, Optional.empty());
  }

  /**
   * {@return an event whose data is plain text; readers receive it unchanged}
   *
   * @param type names the kind of event
   * @param text any text, line breaks included; may be empty
   * @throws IllegalArgumentException if the type contains a line break or NUL, or one of them
   *     contains an unpaired surrogate
   */
  public static NewEvent text(String type, String text) {
    return json(type, Json.quote(text));
  }

  /**
   * {@return the same event with a time to live}
   *
   * @param span 1 ms to 365 days; fractions of a millisecond are ignored
   * @throws IllegalArgumentException if it is out of that range
   */
  public NewEvent ttl(Duration span) {
    return new NewEvent(type, dataJson, Optional.of(span), ephemeral, idempotencyKey);
  }

  /** {@return the same event, only for connections that are open now} */
  public NewEvent asEphemeral() {
    return new NewEvent(type, dataJson, ttl, true, idempotencyKey);
  }

  /**
   * {@return the same event with your own idempotency key} Use it for an event that may be
   * published again after a crash of the program, such as from an outbox: with the same key, the
   * server publishes it only once. The server knows a key for as long as its log holds the event,
   * by default at most 24 hours. It rejects another event under the same key with 422.
   *
   * @param key 1 to 255 visible ASCII characters, such as the id of the outbox row; unique for each
   *     event
   * @throws IllegalArgumentException if the key is not allowed
   */
  public NewEvent idempotencyKey(String key) {
    return new NewEvent(type, dataJson, ttl, ephemeral, Optional.of(key));
  }

  /**
   * Its members as JSON, without the braces.
   *
   * @param trace the {@code traceparent}; null for none
   */
  String members(@Nullable String trace) {
    return "\"type\":"
        + Json.quote(type)
        + ",\"data\":"
        + dataJson
        + ttl.map(span -> ",\"ttl\":\"" + span.toMillis() + "ms\"").orElse("")
        + (ephemeral ? ",\"ephemeral\":true" : "")
        + (trace == null ? "" : ",\"traceparent\":" + Json.quote(trace));
  }
}
