package io.heliograph.server.config;

/**
 * A setting is unknown or bad; the message says what was wrong, what is allowed, how to mend it.
 */
public final class SettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
