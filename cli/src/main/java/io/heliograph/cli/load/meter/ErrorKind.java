package io.heliograph.cli.load.meter;

import java.io.IOException;
import java.util.Locale;

/** Short stable words for what goes wrong with a connection. Pure. */
public final class ErrorKind {
  // Begins the kinds that are the generator's own limits: no file, no port.
  private static final String LOCAL = "local-";

  private ErrorKind() {}

  /** Whether it is a limit of this program or its machine. */
  public static boolean isLocal(String kind) {
    return kind.startsWith(LOCAL) || kind.startsWith("publish-" + LOCAL);
  }

  /**
   * The kind of a failure; {@code otherwise} for one of the network that has no word of its own.
   */
  public static String of(Exception error, String otherwise) {
    for (Throwable e = error; e != null; e = e.getCause()) {
      String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
      if (message.contains("too many open files")) {
        return LOCAL + "emfile";
      } else if (message.contains("cannot assign requested address")
          || message.contains("address already in use")) {
        return LOCAL + "eaddrnotavail";
      } else if (message.contains("connection refused")) {
        return "tcp-refused";
      } else if (message.contains("timed out")) {
        return "timeout";
      }
    }
    return error instanceof IOException ? otherwise : "internal";
  }
}
