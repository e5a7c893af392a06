package io.heliograph.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.logging.LogManager;

/** Sets java.util.logging up for a program; who embeds the server sets up its own. */
public final class Logging {

  private Logging() {}

  /**
   * One line an entry on the standard error, unless the user names a configuration of their own.
   */
  public static void configure() {
    if (System.getProperty("java.util.logging.config.file") != null) {
      return;
    }
    try (InputStream settings = Logging.class.getResourceAsStream("logging.properties")) {
      LogManager.getLogManager().readConfiguration(settings);
    } catch (IOException e) {
      throw new UncheckedIOException("logging.properties is part of the program", e);
    }
  }
}
