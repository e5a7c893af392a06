package io.heliograph.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;

/** Sets java.util.logging up for a program; who embeds the server sets up its own. */
final class Logging {

  private static volatile boolean kept;

  private Logging() {}

  /**
   * One line an entry on the standard error, unless the user names a configuration of their own. To
   * be called before anything logs.
   */
  static void configure() {
    System.setProperty("java.util.logging.manager", KeepingLogManager.class.getName());
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    try (InputStream settings = Logging.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(settings);
    } catch (IOException e) {
      throw new UncheckedIOException("logging.properties is part of the program", e);
    }
  }

  /** From now on the log stays open until the process has ended, the stop included. */
  static void keep() {
    kept = true;
  }

  /**
   * java.util.logging closes its handlers when the JVM begins to stop, beside the hook that ends
   * the streams: what is logged of their ends would be lost.
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
