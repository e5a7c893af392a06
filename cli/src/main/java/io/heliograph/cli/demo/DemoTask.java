package io.heliograph.cli.demo;

import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Runs a server and two of its readers in this process, joined by real HTTP. */
final class DemoTask {
  private static final Duration OPEN_WITHIN = Duration.ofSeconds(10);

  private final Shell shell;
  private final @Nullable Duration duration;
  private final TextLine text;
  private final CompletableFuture<ExitCode> end = new CompletableFuture<>();

  DemoTask(Shell shell, @Nullable Duration duration) {
    this.shell = shell;
    this.duration = duration;
    this.text =
        new TextLine(
            shell.paintOut(),
            ZoneId.systemDefault(),
            shell.terminals().out(),
            "alice".length(),
            false);
  }

  ExitCode run() throws InterruptedException {
    shell.onFirstSignal(end::complete);
    shell.onReaderLeft(() -> end.complete(ExitCode.OK));
    // The server's remarks on its own start would hide the events; its warnings stay.
    Logger.getLogger("").setLevel(Level.WARNING);
    shell.notices().say("starting a server on a free port");
    try (var server =
            Heliograph.start(
                Settings.of(
                    Map.of("server.port", "0", "demo.ticker", "3s", "drain.window", "0s")));
        var client = SseClient.create(server.uri());
        var publisher = EventPublisher.create(server.uri());
        var alice = client.subscribe(StreamSpec.user("alice"), event -> show("alice", event));
        var bob = client.subscribe(StreamSpec.user("bob"), event -> show("bob", event))) {
      explain(server.uri().toString());
      if (!alice.awaitOpen(OPEN_WITHIN) || !bob.awaitOpen(OPEN_WITHIN)) {
        throw new IllegalStateException("the demo's own server does not answer");
      }
      publish(publisher, "alice", "order.shipped", "{\"order\":17,\"carrier\":\"DHL\"}");
      publish(publisher, "bob", "chat.message", "{\"from\":\"alice\",\"text\":\"hi\"}");
      return await();
    }
  }

  private void explain(String server) {
    Paint paint = shell.paintErr();
    Notices notices = shell.notices();
    notices.say("serving  " + paint.bold(server) + "  to alice and bob. Ctrl-C ends it.");
    notices.say("to send an event, in another terminal:");
    notices.command(Shell.program() + " publish alice '{\"hello\":\"world\"}' --server " + server);
    notices.say("to follow a stream, in a browser or a terminal:");
    notices.command("curl -N " + server + "/sse/carol");
  }

  private void show(String user, Event event) {
    try {
      shell.out().line(text.event(Shown.now(user, event, false, 1)));
    } catch (IOException e) {
      end.complete(ExitCode.OK); // Its reader left.
    }
  }

  private static void publish(EventPublisher publisher, String user, String type, String json) {
    publisher.publish(user, NewEvent.json(type, json));
  }

  private ExitCode await() throws InterruptedException {
    try {
      return duration == null ? end.get() : end.get(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return ExitCode.OK;
    } catch (ExecutionException e) {
      throw new IllegalStateException("nobody completes it so", e);
    }
  }
}
