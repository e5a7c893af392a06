package io.heliograph.cli.publish;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.Failure;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.json.Json;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Publication;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import java.io.IOException;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Reports the results of publishing. If the reader of stdout has left, events are still sent, but
 * their results are not reported.
 */
final class Answers {
  // As much of a refusal as the SDK keeps of that of a stream.
  private static final int MAX_MESSAGE = 4096;

  private final Shell shell;
  private final boolean json;

  Answers(Shell shell, boolean json) {
    this.shell = shell;
    this.json = json;
  }

  boolean json() {
    return json;
  }

  /** The server has it, for one user or for everybody; {@code where} tells it from others. */
  void accepted(
      Source.@Nullable Item where,
      String unit,
      @Nullable String user,
      PublishResult.Accepted accepted,
      long ackNanos) {
    if (json) {
      out(
          numbered(where, unit)
              .put("user", user)
              .put("status", "accepted")
              .put("id", accepted.id())
              .put("connections", accepted.connections())
              .put("ackMs", new Json.Raw(String.valueOf(Math.round(ackNanos / 1e5) / 10.0)))
              .end());
    } else {
      out(sentence(accepted));
    }
  }

  /** One of several users has it; so wide is the longest name. */
  void acceptedFor(String user, int width, PublishResult.Accepted accepted, long ackNanos) {
    if (json) {
      accepted(null, "", user, accepted, ackNanos);
    } else {
      out(user + " ".repeat(width - user.length()) + "  " + sentence(accepted));
    }
  }

  private static String sentence(PublishResult.Accepted accepted) {
    return "accepted %s  %s"
        .formatted(accepted.id(), TextLine.count(accepted.connections(), "connection"));
  }

  /** One of many is not wanted; the others are not concerned. */
  void refused(Source.Item where, String unit, Publication item, PublishResult.Refused refused) {
    if (json) {
      out(
          numbered(where, unit)
              .put("user", item.users().size() == 1 ? item.users().getFirst() : null)
              .put("status", "refused")
              .put("http", refused.status())
              .put("message", cut(refused.detail()))
              .end());
    } else {
      String message =
          "%s %d: refused (%d): %s"
              .formatted(
                  unit, where.number(), refused.status(), Printable.of(cut(refused.detail())));
      shell.notices().error(message);
    }
  }

  /** What became of all of many. */
  void summary(long accepted, long refused, String unit, int users, long tookNanos) {
    if (!json) {
      out(
          "accepted %s%s%s in %s"
              .formatted(
                  TextLine.count(accepted, unit),
                  users > 1 ? " for " + users + " users" : "",
                  refused == 0 ? "" : ", " + refused + " refused",
                  TextLine.span(Duration.ofNanos(tookNanos))));
    }
  }

  /** A request failed, maybe by the fault of a proxy; {@code before} comes before the reason. */
  ExitCode failed(PublishException e, String before, String proxyHint) {
    if (e.status() == 0) {
      String hint =
          e.getCause() instanceof SSLException tls
              ? Access.tlsHint(String.valueOf(tls.getMessage()))
              : shell.using();
      return failed(
          ExitCode.NETWORK, 0, before + e.getMessage(), proxyHint.isEmpty() ? hint : proxyHint);
    }
    boolean auth = e.status() == 401 || e.status() == 403;
    return failed(
        auth ? ExitCode.AUTH : ExitCode.REFUSED,
        e.status(),
        before + "the server refused the event (" + e.status() + "): " + e.detail(),
        auth ? Access.hint(shell) : e.status() == 407 ? proxyHint : "");
  }

  ExitCode failed(ExitCode exit, int status, String full, String hint) {
    return Failure.tell(shell, json, exit, status, cut(full), hint);
  }

  /** The server's words may have any length. */
  private static String cut(String message) {
    return message.length() <= MAX_MESSAGE ? message : message.substring(0, MAX_MESSAGE) + "...";
  }

  private static JsonLine numbered(Source.@Nullable Item where, String unit) {
    return where == null ? JsonLine.start() : JsonLine.start().put(unit, where.number());
  }

  private void out(String line) {
    try {
      shell.out().line(shell.terminals().out() ? Printable.of(line) : line);
    } catch (IOException e) {
      // As said above.
    }
  }
}
