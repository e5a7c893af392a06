package io.heliograph.server;

import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.Handler;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/**
 * Configures java.util.logging for a program. A program that embeds the server configures its own
 * log.
 */
final class Logging {

  private static final String OWN_CONFIGURATION = "java.util.logging.config.file";

  private static volatile boolean kept;

  private Logging() {}

  /**
   * Logs one line per entry to stderr, unless the user provides a configuration. Call it before
   * anything logs.
   */
  static void configure() {
    System.setProperty("java.util.logging.manager", KeepingLogManager.class.getName());
    if (System.getProperty(OWN_CONFIGURATION) != null) {
      return;
    }
    try (InputStream settings = Logging.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(settings);
    } catch (IOException e) {
      throw new UncheckedIOException("logging.properties is part of the program", e);
    }
  }

  /**
   * Sets the format of log lines.
   *
   * @throws SettingsException if the user's own configuration of java.util.logging takes precedence
   */
  static void use(Settings.LogFormat format) {
    if (format == Settings.LogFormat.TEXT) {
      return;
    }
    if (System.getProperty(OWN_CONFIGURATION) != null) {
      throw new SettingsException(
          "log.format=json has no effect, because "
              + OWN_CONFIGURATION
              + " is set and its formatter is used. Remove one of them.");
    }
    for (Handler handler : Logger.getLogger("").getHandlers()) {
      handler.setFormatter(new LogFormat.Json());
    }
  }

  /** Keeps the log open until the process has ended, including the stop. */
  static void keep() {
    kept = true;
  }

  /**
   * java.util.logging closes its handlers when the JVM begins to stop, in parallel to the hook that
   * closes the streams. Their log lines would be lost.
   */
  public static final class KeepingLogManager extends LogManager {
    @Override
    public void reset() {
      if (!kept) {
        super.reset();
      }
    }
  }
}
