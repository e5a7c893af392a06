package io.heliograph.client;

import org.jspecify.annotations.Nullable;

/** A call of Heliograph's HTTP API failed: the server refused it, or all retries failed. */
public sealed class HeliographException extends RuntimeException permits PublishException {
  private static final long serialVersionUID = 1L;

  /** The HTTP status of the last response; 0 if there was none. */
  private final int status;

  /** See {@link #type}. */
  private final String type;

  /** See {@link #detail}. */
  private final String detail;

  /** See {@link #mayHaveHappened}. */
  private final boolean mayHaveHappened;

  HeliographException(
      String message,
      int status,
      String type,
      String detail,
      boolean mayHaveHappened,
      @Nullable Throwable cause) {
    super(message, cause);
    this.status = status;
    this.type = type;
    this.detail = detail;
    this.mayHaveHappened = mayHaveHappened;
  }

  /** {@return the HTTP status of the last response; 0 if there was none} */
  public int status() {
    return status;
  }

  /**
   * {@return the stable name of the problem (RFC 9457), such as {@code
   * urn:heliograph:problem:event-too-large}} It is {@code about:blank} if the response has none,
   * and {@code ""} if there was no response or it is not from Heliograph.
   */
  public String type() {
    return type;
  }

  /** {@return a sentence for people from the server or the network; may be empty} */
  public String detail() {
    return detail;
  }

  /**
   * {@return whether the server may have executed the call} This is true if a request was sent and
   * no response says that it was refused. Of the responses of 500 and above, only 503 says so,
   * unless its {@link #type} is {@code urn:heliograph:problem:log-unavailable}: the server then
   * does not know whether it stored the event.
   */
  public boolean mayHaveHappened() {
    return mayHaveHappened;
  }
}
