package io.heliograph.client;

import org.jspecify.annotations.Nullable;

/**
 * A call of Heliograph's HTTP API that did not succeed: refused, or tried again for as long as was
 * allowed in vain.
 */
public sealed class HeliographException extends RuntimeException permits PublishException {
  private static final long serialVersionUID = 1L;

  /** The HTTP status of the last answer; 0 where there was none. */
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

  /** {@return the HTTP status of the last answer; 0 where there was none} */
  public int status() {
    return status;
  }

  /**
   * {@return the stable name of the problem (RFC 9457), such as {@code
   * urn:heliograph:problem:event-too-large}} It is {@code about:blank} where the answer has none,
   * {@code ""} where there was no answer, or one that cannot be read as Heliograph's.
   */
  public String type() {
    return type;
  }

  /** {@return a sentence for people: what the server, or the network, said; may be empty} */
  public String detail() {
    return detail;
  }

  /**
   * {@return whether the server may have done what it was asked for} That is so where a request
   * went out, and no answer says that it was refused. Of those of 500 and above only 503 says so.
   */
  public boolean mayHaveHappened() {
    return mayHaveHappened;
  }
}
