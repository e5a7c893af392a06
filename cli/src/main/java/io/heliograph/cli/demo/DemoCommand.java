package io.heliograph.cli.demo;

import io.heliograph.cli.format.Failure;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Paint;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import io.heliograph.server.Heliograph;
import io.heliograph.server.config.Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "demo",
    optionListHeading = "%n",
    header = "Start a demo: a server, two users and their events.",
    description = {
      "Starts a server on a free port, follows the streams of alice and bob over HTTP, and"
          + " publishes an event to each. The server also sends every user the time. Ctrl-C stops"
          + " it.",
      "",
      "With --nodes, starts redis-server and several nodes on it, spreads 30 readers over them,"
          + " publishes for the time of --for, kills a node, and counts the events. Exits with 1"
          + " if one was lost or doubled."
    })
public final class DemoCommand extends CliCommand {
  private static final Duration OPEN_WITHIN = Duration.ofSeconds(10);
  private static final Duration CLUSTER_TIME = Duration.ofSeconds(10);

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      description =
          "Stop after this long, such as 500ms or 1h30m (default: never; with --nodes: 10s).")
  private @Nullable Duration duration;

  @Option(
      names = "--nodes",
      paramLabel = "COUNT",
      description = "Start 2 to 9 nodes; needs redis-server (default: one server, without Redis).")
  private int nodes;

  private final TextLine text;
  private final CompletableFuture<ExitCode> end = new CompletableFuture<>();

  public DemoCommand(Shell shell) {
    super(shell);
    this.text = new TextLine(shell, "alice".length(), false);
  }

  @Override
  public Integer call() throws InterruptedException {
    shell.onFirstSignal(end::complete);
    shell.onReaderLeft(() -> end.complete(ExitCode.OK));
    // The server's remarks on its own start would hide the events; its warnings stay.
    Logger.getLogger("").setLevel(Level.WARNING);
    if (commandLine().getParseResult().hasMatchedOption("--nodes")) {
      return cluster().code();
    }
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
      publisher.publish(
          "alice", NewEvent.json("order.shipped", "{\"order\":17,\"carrier\":\"DHL\"}"));
      publisher.publish(
          "bob", NewEvent.json("chat.message", "{\"from\":\"alice\",\"text\":\"hi\"}"));
      return await().code();
    }
  }

  private ExitCode cluster() throws InterruptedException {
    if (nodes < 2 || nodes > 9) {
      throw usage("--nodes is " + nodes + "; allowed: 2 to 9");
    }
    try {
      return new ClusterDemo(shell, end).run(nodes, duration == null ? CLUSTER_TIME : duration);
    } catch (IOException | PublishException e) {
      ExitCode exit = e instanceof IOException ? ExitCode.USAGE : ExitCode.INTERNAL;
      String[] why = (e.getMessage() + "\n").split("\n", 2);
      String hint = why[1].strip();
      return end.isDone() ? end.join() : Failure.tell(shell, false, exit, 0, why[0], hint);
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
    notices.say("to see what the server does, open  " + paint.bold(server + "/console"));
  }

  private void show(String user, Event event) {
    try {
      shell.out().line(text.event(Shown.now(user, event, false, 1)));
    } catch (IOException e) {
      end.complete(ExitCode.OK); // Its reader left.
    }
  }

  private ExitCode await() {
    if (duration != null) {
      end.completeOnTimeout(ExitCode.OK, duration.toNanos(), TimeUnit.NANOSECONDS);
    }
    return end.join();
  }
}
