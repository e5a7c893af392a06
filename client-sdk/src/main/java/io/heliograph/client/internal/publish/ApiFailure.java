package io.heliograph.client.internal.publish;

import org.jspecify.annotations.Nullable;

/** A call that did not succeed; the public exceptions are made of it. */
public final class ApiFailure extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final String type;
  private final String detail;
  private final boolean mayHaveHappened;

  ApiFailure(
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

  /** Makes the public exception. */
  public <E extends RuntimeException> E as(Maker<E> maker) {
    return maker.make(
        String.valueOf(getMessage()), status, type, detail, mayHaveHappened, getCause());
  }

  /** A constructor of a public exception. */
  @FunctionalInterface
  public interface Maker<E extends RuntimeException> {
    /** See {@code HeliographException}. */
    E make(
        String message,
        int status,
        String type,
        String detail,
        boolean mayHaveHappened,
        @Nullable Throwable cause);
  }
}
