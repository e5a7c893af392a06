package io.heliograph.client;

import org.jspecify.annotations.Nullable;

/**
 * An event was not accepted: the server refused it, or could not be reached for as long as the
 * publisher tries. {@link #mayHaveHappened} says whether readers may get it all the same.
 */
public final class PublishException extends HeliographException {
  /**
   * The {@link #type} where {@link EventPublisher#publishAsync} had no room for the event. Nothing
   * was sent.
   */
  public static final String QUEUE_FULL = "urn:heliograph:client:queue-full";

  private static final long serialVersionUID = 1L;

  PublishException(
      String message,
      int status,
      String type,
      String detail,
      boolean mayHaveHappened,
      @Nullable Throwable cause) {
    super(message, status, type, detail, mayHaveHappened, cause);
  }
}
