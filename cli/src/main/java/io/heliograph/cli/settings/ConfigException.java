package io.heliograph.cli.settings;

/** What is wrong with the configuration and how to fix it, as a message for the user. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1;

  public ConfigException(String message) {
    super(message);
  }
}
