package io.heliograph.cli.publish;

import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.Header;
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
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sends one event and tells what became of it. */
final class PublishTask {
  private final Shell shell;
  private final URI server;
  private final List<Header> headers;
  private final boolean json;

  PublishTask(Shell shell, URI server, List<Header> headers, OutputFormat output) {
    this.shell = shell;
    this.server = server;
    this.headers = headers;
    this.json = output == OutputFormat.json;
  }

  /** Sends to this user, or to everybody if that is null. */
  ExitCode run(@Nullable String user, NewEvent event) {
    EventPublisher.Builder builder = EventPublisher.builder(server);
    for (Header header : headers) {
      builder.header(header.name(), header.value());
    }
    try (EventPublisher publisher = builder.build()) {
      long sentNanos = System.nanoTime();
      PublishResult result =
          user == null ? publisher.broadcast(event) : publisher.publish(user, event);
      return tell(user, result, System.nanoTime() - sentNanos);
    } catch (PublishException e) {
      return failed(ExitCode.NETWORK, 0, String.valueOf(e.getMessage()), "");
    }
  }

  private ExitCode tell(@Nullable String user, PublishResult result, long ackNanos) {
    return switch (result) {
      case PublishResult.Accepted accepted -> {
        accepted(user, accepted, ackNanos);
        yield ExitCode.OK;
      }
      case PublishResult.Refused refused -> {
        boolean auth = refused.status() == 401 || refused.status() == 403;
        yield failed(
            auth ? ExitCode.AUTH : ExitCode.REFUSED,
            refused.status(),
            "the server refused the event (" + refused.status() + "): " + refused.detail(),
            auth ? "Credentials go into a header:  -H 'Authorization: Bearer ...'" : "");
      }
    };
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
