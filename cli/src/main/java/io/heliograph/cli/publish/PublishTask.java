package io.heliograph.cli.publish;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Sends one event and tells what became of it. */
final class PublishTask {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final Shell shell;
  private final URI server;
  private final Access access;
  private final boolean json;

  PublishTask(Shell shell, URI server, Access access, OutputFormat output) {
    this.shell = shell;
    this.server = server;
    this.access = access;
    this.json = output == OutputFormat.json;
  }

  /** Sends to this user, or to everybody if that is null. */
  ExitCode run(@Nullable String user, NewEvent event) {
    // A person waits, and sees more in a quick "no" than in a long silence.
    try (EventPublisher publisher =
        access.to(EventPublisher.builder(server).retryFor(PATIENCE)).build()) {
      long sentNanos = System.nanoTime();
      PublishResult.Accepted accepted =
          user == null ? publisher.broadcast(event) : publisher.publish(user, event);
      accepted(user, accepted, System.nanoTime() - sentNanos);
      return ExitCode.OK;
    } catch (PublishException e) {
      return e.status() == 0
          ? failed(ExitCode.NETWORK, 0, String.valueOf(e.getMessage()), shell.using())
          : refused(e);
    }
  }

  private ExitCode refused(PublishException e) {
    boolean auth = e.status() == 401 || e.status() == 403;
    return failed(
        auth ? ExitCode.AUTH : ExitCode.REFUSED,
        e.status(),
        "the server refused the event (" + e.status() + "): " + e.detail(),
        auth ? Access.hint(shell) : "");
  }

  private void accepted(@Nullable String user, PublishResult.Accepted accepted, long ackNanos) {
    try {
      if (json) {
        shell
            .out()
            .line(
                JsonLine.start()
                    .put("user", user)
                    .put("status", "accepted")
                    .put("id", accepted.id())
                    .put("connections", accepted.connections())
                    .putNumber("ackMs", Math.round(ackNanos / 1e5) / 10.0)
                    .end());
      } else {
        String id = shell.terminals().out() ? Printable.of(accepted.id()) : accepted.id();
        shell
            .out()
            .line("accepted " + id + "  " + TextLine.count(accepted.connections(), "connection"));
      }
    } catch (IOException e) {
      // Nobody reads the answer; the event is sent all the same.
    }
  }

  private ExitCode failed(ExitCode exit, int status, String message, String hint) {
    if (json) {
      shell.notices().error(JsonLine.error(exit, status, message, hint));
    } else {
      shell.notices().error("sse-cli: " + Printable.of(message));
      if (!hint.isEmpty()) {
        shell.notices().error("         " + hint);
      }
    }
    return exit;
  }
}
