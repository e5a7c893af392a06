package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.ErrorKind;
import io.heliograph.client.Cause;
import java.util.Set;

/** Short stable words for what goes wrong with a connection. Pure. */
public final class Failures {
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
      case Cause.ConnectionLost lost -> ErrorKind.of(lost.error(), "rst");
      case Cause.ConnectTimeout timeout -> "connect-timeout";
      case Cause.ConnectFailed failed -> ErrorKind.of(failed.error(), "connect-failed");
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
}
