package io.heliograph.cli.follow;

import io.heliograph.cli.json.Json;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.client.Cause;
import java.util.Set;
import javax.net.ssl.SSLException;

/**
 * Why a connection ended, in the CLI's words.
 *
 * @param code a stable name for programs
 * @param sentence for people; may hold text of the server
 * @param httpStatus 0 where no status was the cause
 * @param exit the code to exit with if this was the last connection
 */
record Ending(String code, String sentence, int httpStatus, ExitCode exit) {

  static Ending of(Cause cause) {
    return switch (cause) {
      case Cause.ServerClosed closed -> network("server-closed", closed);
      case Cause.ServerClosing closing ->
          new Ending(
              "server-closing",
              closing.describe(),
              0,
              closing.reconnect() ? ExitCode.NETWORK : ExitCode.REFUSED);
      case Cause.HeartbeatTimeout silence -> network("silence", silence);
      case Cause.ConnectionLost lost -> network("connection-lost", lost);
      case Cause.ConnectTimeout timeout -> network("connect-timeout", timeout);
      case Cause.ConnectFailed failed ->
          network(failed.error() instanceof SSLException ? "tls" : "connect-failed", failed);
      case Cause.HttpStatus status -> ofStatus(status.code(), status.body(), status.describe());
      case Cause.AuthFailed auth -> ofStatus(401, auth.body(), auth.describe());
      case Cause.NotAnEventStream other -> refused("content-type", other);
      case Cause.UnexpectedEncoding other -> refused("content-encoding", other);
      case Cause.RedirectRefused redirect ->
          new Ending(
              "redirect",
              redirect.describe().replace(redirect.location(), Printable.url(redirect.location())),
              0,
              ExitCode.REFUSED);
      case Cause.ProtocolViolation violation ->
          new Ending(
              "protocol",
              violation.describe().replace("raise maxEventBytes", "raise --max-event-bytes"),
              0,
              ExitCode.REFUSED);
      case Cause.TokenExpiring expiring -> network("token-expiring", expiring);
      case Cause.ByCaller byCaller -> network("restarted", byCaller);
      case Cause.HandlerFailed failed ->
          new Ending("internal", failed.describe(), 0, ExitCode.INTERNAL);
    };
  }

  boolean neverReached() {
    return Set.of("connect-failed", "connect-timeout", "tls").contains(code);
  }

  /** Heliograph explains itself by RFC 9457, in a better sentence than one of ours could be. */
  private static Ending ofStatus(int status, String body, String otherwise) {
    String sentence =
        Json.string(body, "detail")
            .map(detail -> "the server answered " + status + ": " + detail)
            .orElse(otherwise);
    boolean auth = status == 401 || status == 403;
    return new Ending(
        auth ? "auth" : "http", sentence, status, auth ? ExitCode.AUTH : ExitCode.REFUSED);
  }

  private static Ending network(String code, Cause cause) {
    return new Ending(code, cause.describe(), 0, ExitCode.NETWORK);
  }

  private static Ending refused(String code, Cause cause) {
    return new Ending(code, cause.describe(), 0, ExitCode.REFUSED);
  }
}
