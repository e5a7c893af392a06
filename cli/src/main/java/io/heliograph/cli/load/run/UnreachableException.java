package io.heliograph.cli.load.run;

/** No user could connect. */
public final class UnreachableException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Why, as far as it decides what to do about it. */
  public enum Why {
    NETWORK,
    /** 401, 403, or no token. */
    CREDENTIALS,
    /** Any other answer that is not an event stream. */
    REFUSED
  }

  private final Why why;

  UnreachableException(String message, Why why) {
    super(message);
    this.why = why;
  }

  public Why why() {
    return why;
  }

  /** From a kind of error as the engines count them. */
  static Why of(String kind) {
    return switch (kind) {
      case "http-401", "http-403" -> Why.CREDENTIALS;
      case "bad-content-type" -> Why.REFUSED;
      default -> kind.startsWith("http-") ? Why.REFUSED : Why.NETWORK;
    };
  }
}
