package io.heliograph.client;

/**
 * The server could not be reached, or did not answer, or answered something else than Heliograph
 * does. Unless it could not be reached, it is unknown whether the event was kept.
 */
public final class PublishException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Made by {@link EventPublisher}. */
  public PublishException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Made by {@link EventPublisher}, where an answer is the trouble. */
  public PublishException(String message) {
    super(message);
  }
}
