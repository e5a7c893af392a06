package io.heliograph.cli.subscribe;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.ReconnectPolicy;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
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

/** Reads the command line of {@code subscribe}; {@link SubscribeTask} does the work. */
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
      description = "How to write events: ${COMPLETION-CANDIDATES} (one object a line).")
  private OutputFormat output = OutputFormat.text;

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

  @Option(names = "--count", paramLabel = "N", description = "End after so many events.")
  private @Nullable Long count;

  @Option(
      names = "--for",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "End after so long (500ms, 2s, 1h30m).")
  private @Nullable Duration duration;

  @Option(
      names = "--timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "Fail with 124 if it has not ended otherwise after so long.")
  private @Nullable Duration timeout;

  @ArgGroup private @Nullable Start start;

  @ArgGroup private @Nullable Reconnect reconnect;

  @Option(names = "--fail-on-gap", description = "End with 6 when events were lost.")
  private boolean failOnGap;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'K: V'",
      converter = Header.Converter.class,
      description = "Send this header with each request. Repeatable.")
  private List<Header> headers = List.of();

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

  static final class Reconnect {
    @Option(names = "--no-reconnect", description = "The first end of the stream is the end.")
    boolean never;

    @Option(
        names = "--max-reconnects",
        paramLabel = "N",
        description =
            "Give up after so many failures in a row. Also waits for a server that is not up yet.")
    @Nullable Integer max;
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
    if (meta && output != OutputFormat.json) {
      throw usage("--meta needs -o json");
    }
    if (count != null && count < 1) {
      throw usage("--count is " + count + "; allowed: 1 and more");
    }
    if (url != null && start != null && start.from != null) {
      throw usage("--from is for Heliograph servers; with --url there is --last-event-id");
    }
    return new SubscribeTask(shell, plan()).run().code();
  }

  private SubscribePlan plan() {
    return new SubscribePlan(
        server.uri(),
        url,
        user,
        output,
        meta,
        count == null ? OptionalLong.empty() : OptionalLong.of(count),
        timeout,
        duration,
        start == null ? null : start.lastEventId,
        start != null && start.from != null,
        policy(),
        reconnect != null && reconnect.max != null,
        failOnGap,
        headers,
        new TypeFilter(types),
        resumeCommand());
  }

  private ReconnectPolicy policy() {
    if (reconnect == null) {
      return ReconnectPolicy.exponential();
    } else if (reconnect.max == null) {
      return ReconnectPolicy.never();
    } else if (reconnect.max < 0) {
      throw usage("--max-reconnects is " + reconnect.max + "; allowed: 0 and more");
    }
    return ReconnectPolicy.exponential().maxFailures(reconnect.max);
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
