package io.heliograph.client;

import io.heliograph.client.internal.Json;

/**
 * An event to publish. Grows by methods that return a changed copy.
 *
 * @param type names the kind of event, {@code message} for the default; what starts with {@code
 *     stream.} is reserved for the server
 * @param dataJson the data as JSON text
 */
public record NewEvent(String type, String dataJson) {
  public NewEvent {
    // The server refuses both, too; here the message meets whoever made the mistake.
    if (type.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException(
          "the type holds a line break or NUL; put that text into the data");
    }
    // Text that is no JSON value could smuggle other fields into the request.
    if (!Json.isValue(dataJson)) {
      throw new IllegalArgumentException(
          "the data is not a JSON value; for plain text use NewEvent.text(type, text)");
    }
  }

  /** An event whose data is any JSON value; its readers receive it without white space. */
  public static NewEvent json(String type, String json) {
    return new NewEvent(type, json);
  }

  /** An event whose data is plain text, which its readers receive as it is. */
  public static NewEvent text(String type, String text) {
    return new NewEvent(type, Json.quote(text));
  }
}
