package io.heliograph.server.request;

/** Ends the handling of a request with a problem document. */
public final class ProblemException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final Problem problem;

  /**
   * Refuses the request.
   *
   * @param detail what was wrong, what is allowed, and how to fix it
   */
  ProblemException(Problem problem, String detail) {
    // No stack trace: it is an answer, and a stranger can cause any number of them.
    super(detail, null, false, false);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
