package io.heliograph.server.config;

/**
 * A setting is unknown or invalid. The message says what was wrong, what is allowed, and how to fix
 * it.
 */
public final class SettingsException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
