package io.heliograph.cli.subscribe;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.follow.FollowOptions;
import io.heliograph.cli.follow.FollowPlan;
import io.heliograph.cli.follow.FollowTask;
import io.heliograph.cli.follow.TypeFilter;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.StreamFormat;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the command line of {@code subscribe}; {@link FollowTask} does the work. */
@Command(
    name = "subscribe",
    aliases = "sub",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Follow one user's stream and print its events.",
    description = {
      "Events go to stdout; what happens to the stream is told on stderr. A stream that"
          + " breaks is opened again and resumed where it was left; what cannot be had"
          + " again is told as a gap."
    },
    customSynopsis = {
      "sse-cli subscribe [OPTIONS] USER",
      "       sse-cli subscribe [OPTIONS] --url URL"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli subscribe alice",
      "  sse-cli subscribe alice -o json --count 1 --timeout 30s | jq .json",
      "  sse-cli subscribe --url https://example.org/events -H 'X-Key: secret'"
    })
public final class SubscribeCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final ServerOption server = new ServerOption();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(paramLabel = "USER", arity = "0..1", description = "Whose stream to follow.")
  private @Nullable String user;

  @Option(
      names = "--url",
      paramLabel = "URL",
      converter = ServerOption.HttpUri.class,
      description = "Follow this stream, of any server that sends events.")
  private @Nullable URI url;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "How to write events: ${COMPLETION-CANDIDATES} (json: one object a line; data: nothing"
              + " else).")
  private StreamFormat output = StreamFormat.text;

  @Option(
      names = "--meta",
      description =
          "With -o json: also write open, close, retry, gap, live, comment and summary records.")
  private boolean meta;

  @Option(
      names = "--type",
      paramLabel = "GLOB",
      description = "Only events of such a type, as 'order.*'; '!GLOB' leaves out. Repeatable.")
  private List<String> types = List.of();

  @ArgGroup private @Nullable Start start;

  @Mixin private final FollowOptions follow = new FollowOptions();

  @Option(names = "--fail-on-gap", description = "End with 6 when events were lost.")
  private boolean failOnGap;

  @Mixin private final AccessOptions access = new AccessOptions();

  static final class Start {
    @Option(names = "--last-event-id", paramLabel = "ID", description = "Resume after this event.")
    @Nullable String lastEventId;

    @Option(
        names = "--from",
        paramLabel = "WHERE",
        description = "Where to start: ${COMPLETION-CANDIDATES} (the oldest event still kept).")
    @Nullable From from;
  }

  /** Where a stream without an id starts. */
  enum From {
    oldest
  }

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public SubscribeCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    if ((user == null) == (url == null)) {
      throw usage(user == null ? "Whose stream? Name a USER or a --url" : "Either USER or --url");
    }
    if (meta && output != StreamFormat.json) {
      throw usage("--meta needs -o json");
    }
    if (url != null && start != null && start.from != null) {
      throw usage("--from is for Heliograph servers; with --url there is --last-event-id");
    }
    return new FollowTask(shell, plan(), new Printer(shell, output)).run().code();
  }

  private FollowPlan plan() {
    Access entry = access.open(shell);
    ReconnectPolicy policy = follow.policy();
    URI uri = url == null ? server.below("v1/users/" + encoded() + "/events") : url;
    StreamSpec spec = StreamSpec.endpoint();
    boolean fromOldest = start != null && start.from != null;
    if (fromOldest) {
      spec = spec.query("from", "oldest");
    }
    String lastEventId = start == null || start.lastEventId == null ? "" : start.lastEventId;
    if (!lastEventId.isEmpty()) {
      spec = spec.lastEventId(lastEventId);
    }
    return new FollowPlan(
        () -> entry.to(SseClient.builder(uri).reconnect(policy)).build(),
        spec,
        uri,
        user,
        lastEventId,
        fromOldest,
        follow,
        new TypeFilter(types),
        output == StreamFormat.json,
        meta,
        failOnGap,
        resumeCommand(),
        url == null ? "Is a server running there? To start one:  sse-cli serve" : "");
  }

  private String encoded() {
    return URLEncoder.encode(String.valueOf(user), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private String resumeCommand() {
    return Shell.program()
        + " sub "
        + (user == null ? "--url " + quoted(String.valueOf(url)) : quoted(user) + server.asTyped());
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  /** So that a shell reads it as one word. */
  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
