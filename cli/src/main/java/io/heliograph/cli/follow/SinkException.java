package io.heliograph.cli.follow;

import io.heliograph.cli.shell.ExitCode;

/** An event could not be dealt with, and so the program ends. */
public final class SinkException extends Exception {
  private static final long serialVersionUID = 1L;

  private final ExitCode exit;

  /** Ends the program; the message is for people, and may hold text of the server. */
  public SinkException(ExitCode exit, String message) {
    super(message);
    this.exit = exit;
  }

  ExitCode exit() {
    return exit;
  }

  String sentence() {
    return String.valueOf(getMessage());
  }
}
