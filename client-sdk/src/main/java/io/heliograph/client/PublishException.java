package io.heliograph.client;

import org.jspecify.annotations.Nullable;

/**
 * An event was not accepted: the server refused it, or could not be reached within the time limit.
 * {@link #mayHaveHappened} says whether readers may receive it nevertheless.
 */
public final class PublishException extends HeliographException {
  /**
   * The {@link #type} if the queue of {@link EventPublisher#publishAsync} was full. Nothing was
   * sent.
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
