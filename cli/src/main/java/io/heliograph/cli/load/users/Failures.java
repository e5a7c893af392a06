package io.heliograph.cli.load.users;

import io.heliograph.client.Cause;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;

/** Short stable words for what goes wrong with a connection. Pure. */
public final class Failures {
  /** Begins the kinds that are the generator's own limits: no file, no port. */
  static final String LOCAL = "local-";

  // Of stream.closing, docs/protocol.md.
  private static final Set<String> REASONS =
      Set.of(
          "write-timeout",
          "drain",
          "token-expired",
          "revoked",
          "max-age",
          "overloaded",
          "too-many-connections",
          "kicked",
          "internal-error");

  private Failures() {}

  public static String kind(Cause cause) {
    return switch (cause) {
      case Cause.ServerClosed closed -> closed.truncated() ? "eof-truncated" : "eof";
      case Cause.ServerClosing closing -> "closing-" + known(closing.reason());
      case Cause.HeartbeatTimeout timeout -> "heartbeat-timeout";
      case Cause.ConnectionLost lost -> kind(lost.error(), "rst");
      case Cause.ConnectTimeout timeout -> "connect-timeout";
      case Cause.ConnectFailed failed -> kind(failed.error(), "connect-failed");
      case Cause.HttpStatus status -> "http-" + status.code();
      case Cause.AuthFailed failed -> "http-401";
      case Cause.NotAnEventStream other -> "bad-content-type";
      case Cause.UnexpectedEncoding other -> "bad-content-encoding";
      case Cause.RedirectRefused refused -> "redirect";
      case Cause.ProtocolViolation violation -> "protocol";
      case Cause.TokenExpiring expiring -> "token-expiring";
      case Cause.ByCaller caller -> "by-caller";
      case Cause.HandlerFailed failed -> "internal";
    };
  }

  /** The server's word only where it is one of Heliograph's: what it may say has no bound. */
  private static String known(String reason) {
    return REASONS.contains(reason) ? reason : "other";
  }

  /** Whether it is a limit of this program or its machine. */
  public static boolean isLocal(String kind) {
    return kind.startsWith(LOCAL) || kind.startsWith("publish-" + LOCAL);
  }

  public static String kind(Exception error, String otherwise) {
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
