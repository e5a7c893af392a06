package io.heliograph.cli.subscribe;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.follow.EventFilter;
import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.follow.FilterOptions;
import io.heliograph.cli.follow.FollowOptions;
import io.heliograph.cli.follow.FollowPlan;
import io.heliograph.cli.follow.FollowTask;
import io.heliograph.cli.follow.PositionKeeper;
import io.heliograph.cli.follow.TypeFilter;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.StreamFormat;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

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
      "       sse-cli subscribe [OPTIONS] --url URL",
      "       sse-cli subscribe [OPTIONS] USER --exec -- CMD [ARGS]"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli subscribe alice",
      "  sse-cli subscribe alice -o json --count 1 --timeout 30s | jq .json",
      "  sse-cli subscribe alice --where '/order/total > 100' --cursor-file pos \\",
      "                          --exec -- ./handle-order",
      "  sse-cli subscribe --url https://example.org/events -H 'X-Key: secret'"
    })
public final class SubscribeCommand implements Callable<Integer> {
  private final Shell shell;

  @Mixin private final ServerOption server = new ServerOption();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "USER",
      arity = "0..1",
      description = "Whose stream to follow.")
  private @Nullable String first;

  @Parameters(
      index = "1..*",
      paramLabel = "CMD",
      description = "With --exec: what to run, behind '--'.")
  private List<String> rest = List.of();

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
              + " else; raw: the stream's bytes, comments too).")
  private Format output = Format.text;

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

  @Mixin private final FilterOptions filter = new FilterOptions();

  @ArgGroup private @Nullable Start start;

  @Option(
      names = "--cursor-file",
      paramLabel = "F",
      description =
          "Resume where the last run with this file ended; written when an event is done.")
  private @Nullable Path cursorFile;

  @Option(
      names = "--exec",
      description =
          "Run CMD for each event instead of printing it: data on stdin; SSE_ID, SSE_TYPE,"
              + " SSE_USER, SSE_TS, SSE_REPLAY in the environment.")
  private boolean exec;

  @Option(
      names = "--exec-timeout",
      paramLabel = "D",
      converter = DurationConverter.class,
      description = "CMD has failed if it runs longer.")
  private @Nullable Duration execTimeout;

  @Option(
      names = "--exec-on-error",
      paramLabel = "WHAT",
      converter = OnError.Converter.class,
      description =
          "If CMD fails: stop (end with 7, and the event is not done; so without this option) or"
              + " continue.")
  private @Nullable OnError execOnError;

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

  /** How events are written to stdout. */
  enum Format {
    text,
    json,
    data,
    raw
  }

  /** What to do if the program of --exec fails. */
  enum OnError {
    STOP,
    CONTINUE;

    /** For picocli, which would have them typed as they are written here. */
    static final class Converter implements ITypeConverter<OnError> {
      @Override
      public OnError convert(String word) {
        return switch (word) {
          case "stop" -> STOP;
          case "continue" -> CONTINUE;
          default ->
              throw new TypeConversionException("'" + word + "' is neither stop nor continue");
        };
      }
    }
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
  public Integer call() throws InterruptedException, IOException {
    if (first == null && url == null) {
      throw usage("Whose stream? Name a USER or a --url");
    }
    List<String> command = command();
    requireSense(command);
    Access entry = access.open(shell);
    URI uri = url == null ? server.below("v1/users/" + encoded() + "/events") : url;
    if (cursorFile == null) {
      return follow(entry, uri, command, lastEventId(), PositionKeeper.NONE).code();
    }
    try (CursorFile cursor = cursor(cursorFile, uri)) {
      return follow(entry, uri, command, cursor.lastEventId(), cursor).code();
    }
  }

  /** What stands behind the user; with --url, which has none, all words. */
  private List<String> command() {
    if (url == null || first == null) {
      return rest;
    }
    return Stream.concat(Stream.of(first), rest.stream()).toList();
  }

  private @Nullable String user() {
    return url == null ? first : null;
  }

  private void requireSense(List<String> command) {
    if (!exec && !command.isEmpty()) {
      throw usage(
          url == null
              ? "one argument too many: '" + command.getFirst() + "'"
              : "Either USER or --url");
    } else if (exec && command.isEmpty()) {
      throw usage("--exec wants a command:  --exec -- CMD ARGS");
    } else if (!exec && (execTimeout != null || execOnError != null)) {
      throw usage("--exec-timeout and --exec-on-error go with --exec");
    } else if (exec && isTyped("--output")) {
      throw usage("Either --exec or -o");
    } else if (meta && output != Format.json) {
      throw usage("--meta needs -o json");
    } else if (url != null && start != null && start.from != null) {
      throw usage("--from is for Heliograph servers; with --url there is --last-event-id");
    } else if (cursorFile != null && start != null && start.lastEventId != null) {
      throw usage("Either --cursor-file or --last-event-id");
    }
    boolean picks = !types.isEmpty() || !filter.isEmpty() || follow.count().isPresent();
    if (output == Format.raw && picks) {
      throw usage("-o raw is all bytes as they come: it knows no --count, --type, --grep, --where");
    }
  }

  private boolean isTyped(String option) {
    return Objects.requireNonNull(spec).commandLine().getParseResult().hasMatchedOption(option);
  }

  private CursorFile cursor(Path file, URI uri) {
    try {
      return CursorFile.open(file, uri.toString(), shell.notices());
    } catch (IOException e) {
      throw usage("--cursor-file: " + e.getMessage());
    }
  }

  private ExitCode follow(
      Access entry, URI uri, List<String> command, String lastEventId, PositionKeeper positions)
      throws InterruptedException {
    FollowPlan plan = plan(entry, uri, lastEventId, positions);
    if (exec) {
      boolean stop = execOnError != OnError.CONTINUE;
      try (var sink = new ExecSink(command, execTimeout, stop, shell.notices())) {
        return new FollowTask(shell, plan, sink).run();
      }
    }
    return new FollowTask(shell, plan, printer()).run();
  }

  private EventSink printer() {
    return switch (output) {
      case text -> new Printer(shell, StreamFormat.text);
      case json -> new Printer(shell, StreamFormat.json);
      case data -> new Printer(shell, StreamFormat.data);
      case raw -> event -> {}; // RawTee has written it.
    };
  }

  private String lastEventId() {
    return start == null || start.lastEventId == null ? "" : start.lastEventId;
  }

  private FollowPlan plan(Access entry, URI uri, String lastEventId, PositionKeeper positions) {
    ReconnectPolicy policy = follow.policy();
    StreamSpec spec = StreamSpec.endpoint();
    // Where the last run left is nearer than the oldest.
    boolean fromOldest = start != null && start.from != null && lastEventId.isEmpty();
    if (fromOldest) {
      spec = spec.query("from", "oldest");
    }
    if (!lastEventId.isEmpty()) {
      spec = spec.lastEventId(lastEventId);
    }
    EventFilter takes = new TypeFilter(types);
    if (!filter.isEmpty()) {
      Predicate<String> data = filter.data();
      takes = takes.and(event -> data.test(event.data()));
    }
    return new FollowPlan(
        readerLeft -> client(entry, uri, policy, readerLeft),
        spec,
        uri,
        user(),
        lastEventId,
        fromOldest,
        follow,
        takes,
        positions,
        output == Format.json,
        meta,
        failOnGap,
        cursorFile == null ? resumeCommand() : null,
        url == null ? "Is a server running there? To start one:  sse-cli serve" : "");
  }

  private SseClient client(Access entry, URI uri, ReconnectPolicy policy, Runnable readerLeft) {
    SseClient.Builder builder = entry.to(SseClient.builder(uri).reconnect(policy));
    if (output == Format.raw) {
      builder.okHttp(http -> http.addInterceptor(new RawTee(shell.out(), readerLeft)));
    }
    return builder.build();
  }

  private String encoded() {
    return URLEncoder.encode(String.valueOf(first), StandardCharsets.UTF_8).replace("+", "%20");
  }

  private String resumeCommand() {
    return Shell.program()
        + " sub "
        + (url == null
            ? quoted(String.valueOf(first)) + server.asTyped()
            : "--url " + quoted(url.toString()));
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  /** So that a shell reads it as one word. */
  private static String quoted(String word) {
    return word.matches("[\\w@%+=:,./~-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
  }
}
