package io.heliograph.cli.subscribe;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.access.TypedOptions;
import io.heliograph.cli.follow.EventFilter;
import io.heliograph.cli.follow.FilterOptions;
import io.heliograph.cli.follow.FollowOptions;
import io.heliograph.cli.follow.FollowPlan;
import io.heliograph.cli.follow.FollowTask;
import io.heliograph.cli.follow.Globs;
import io.heliograph.cli.follow.PositionKeeper;
import io.heliograph.cli.follow.ResumeLine;
import io.heliograph.cli.follow.SinkException;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.ShellWords;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
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
  /** Where it began, when it ends, and what it would overwrite. */
  private static final Set<String> NOT_TO_RESUME =
      Set.of(
          "--last-event-id",
          "--from",
          "--count",
          "--for",
          "--timeout",
          "--idle-timeout",
          "--until",
          "--until-data",
          "--record");

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

  @Mixin private final RequestOptions request = new RequestOptions();

  @Mixin private final OutputOptions output = new OutputOptions();

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
      names = "--no-follow",
      description = "Only what the server still keeps: end with 0 when all of it is written.")
  private boolean noFollow;

  @Mixin private final ExecOptions exec = new ExecOptions();

  @Mixin private final FollowOptions follow = new FollowOptions();

  @Option(names = "--fail-on-gap", description = "End with 6 when events were lost.")
  private boolean failOnGap;

  @Option(
      names = "--heartbeats",
      description = "Tell heartbeats and other comments of the stream on stderr.")
  private boolean heartbeats;

  @Option(
      names = "--record",
      paramLabel = "F",
      description =
          "Also write the stream's bytes, as they come, into this file, which is emptied first;"
              + " 'sse-cli decode F' reads it.")
  private @Nullable Path record;

  // Open while the stream is followed.
  private @Nullable OutputStream recorder;

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
  public Integer call() throws InterruptedException, IOException {
    if (first == null && url == null) {
      throw usage("Whose stream? Name a USER or a --url");
    }
    List<String> command = command();
    requireSense(command);
    URI uri = url == null ? server.stream(String.valueOf(first)) : url;
    Access entry = access.open(shell, uri);
    try (OutputStream recording = record == null ? null : recording(record)) {
      recorder = recording;
      if (cursorFile == null) {
        return follow(entry, uri, command, lastEventId(), PositionKeeper.NONE).code();
      }
      try (CursorFile cursor = cursor(cursorFile, uri)) {
        return follow(entry, uri, command, cursor.lastEventId(), cursor).code();
      }
    }
  }

  private OutputStream recording(Path file) {
    try {
      return Files.newOutputStream(file);
    } catch (IOException e) {
      throw usage("--record: " + file + " cannot be written: " + e.getMessage());
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
    if (!exec.asked() && !command.isEmpty()) {
      throw usage(
          url == null
              ? "one argument too many: '" + command.getFirst() + "'"
              : "Either USER or --url");
    }
    request.requireSense(url != null);
    if (request.readsStdin() && access.readsStdin()) {
      throw usage("Both -d and --token are to be read from stdin");
    }
    exec.requireSense(command);
    output.requireSense(exec.asked());
    if (url != null && start != null && start.from != null) {
      throw usage("--from is for Heliograph servers; with --url there is --last-event-id");
    } else if (url != null && noFollow) {
      throw usage(
          "--no-follow wants a USER: only a Heliograph server says where what it keeps ends");
    } else if (cursorFile != null && start != null && start.lastEventId != null) {
      throw usage("Either --cursor-file or --last-event-id");
    } else if (start != null
        && start.lastEventId != null
        && start.lastEventId.chars().anyMatch(Character::isISOControl)) {
      throw usage("--last-event-id has a line break or another control character, as no id has");
    }
    boolean picks =
        !types.isEmpty()
            || !filter.isEmpty()
            || follow.count().isPresent()
            || follow.until() != null
            || request.untilData() != null;
    if (output.raw() && picks) {
      throw usage(
          "-o raw is all bytes as they come: it knows no --count, --until, --type, --grep,"
              + " --where");
    }
  }

  private CursorFile cursor(Path file, URI uri) {
    try {
      return CursorFile.open(file, Printable.url(uri.toString()), shell.notices());
    } catch (IOException e) {
      throw usage("--cursor-file: " + e.getMessage());
    }
  }

  private ExitCode follow(
      Access entry, URI uri, List<String> command, String lastEventId, PositionKeeper positions)
      throws InterruptedException {
    FollowPlan plan = plan(entry, uri, command, lastEventId, positions);
    if (exec.asked()) {
      try (ExecSink sink = exec.sink(command, shell)) {
        return new FollowTask(shell, plan, sink).run();
      }
    }
    return new FollowTask(shell, plan, output.sink(shell)).run();
  }

  private String lastEventId() {
    return start == null || start.lastEventId == null ? "" : start.lastEventId;
  }

  private FollowPlan plan(
      Access entry, URI uri, List<String> command, String lastEventId, PositionKeeper positions) {
    SseClient.Builder builder = follow.to(SseClient.builder(uri));
    StreamSpec spec = StreamSpec.endpoint();
    // Where the last run left is nearer than the oldest.
    boolean fromOldest =
        (noFollow || (start != null && start.from != null)) && lastEventId.isEmpty();
    if (fromOldest) {
      spec = spec.query("from", "oldest");
    }
    if (!lastEventId.isEmpty()) {
      spec = spec.lastEventId(lastEventId);
    }
    spec = request.to(spec, entry.headers(), shell);
    EventFilter takes = new Globs(types).ofTypes();
    if (!filter.isEmpty()) {
      Predicate<String> data = filter.data();
      takes = takes.and(event -> data.test(event.data()));
    }
    return new FollowPlan(
        (readerLeft, failed) -> client(entry, builder, readerLeft, failed),
        spec,
        uri,
        entry.network().detour(uri),
        user(),
        lastEventId,
        fromOldest,
        follow,
        takes,
        positions,
        new FollowPlan.Telling(output.json(), output.meta(), heartbeats),
        new FollowPlan.Ends(failOnGap, noFollow, until()),
        cursorFile == null ? resumeLine(command) : null,
        url == null ? "Is a server running there? To start one:  sse-cli serve" : "");
  }

  private SseClient client(
      Access entry,
      SseClient.Builder builder,
      Runnable readerLeft,
      Consumer<SinkException> failed) {
    return entry
        .to(
            builder,
            http -> {
              if (output.raw()) {
                http.addInterceptor(new RawTee(shell.out()::bytes, e -> readerLeft.run()));
              }
              OutputStream recording = recorder;
              if (recording != null) {
                // Not buffered: it is to hold what came, however this ends.
                http.addInterceptor(
                    new RawTee(recording::write, e -> failed.accept(notRecorded(e))));
              }
              return http;
            })
        .build();
  }

  private SinkException notRecorded(IOException e) {
    return new SinkException(
        ExitCode.INTERNAL, "--record: " + record + " cannot be written: " + e.getMessage());
  }

  private EventFilter until() {
    Predicate<String> last = follow.until();
    String lastData = request.untilData();
    if (last == null && lastData == null) {
      return EventFilter.NONE;
    }
    return event ->
        (last != null && last.test(event.data()))
            || (lastData != null && lastData.equals(event.data().strip()));
  }

  /** A command that goes on where this one ends, without the id. */
  private ResumeLine resumeLine(List<String> command) {
    TypedOptions options =
        TypedOptions.of(Objects.requireNonNull(spec).commandLine(), NOT_TO_RESUME);
    var words = new ArrayList<>(List.of(Shell.program(), "sub"));
    if (url == null) {
      words.add(ShellWords.quoted(String.valueOf(first)));
    }
    words.addAll(options.words());
    boolean pastes = url != null || ShellWords.canPaste(String.valueOf(first));
    List<String> behind =
        command.isEmpty()
            ? List.of()
            : Stream.concat(Stream.of("--"), command.stream().map(ShellWords::quoted)).toList();
    return new ResumeLine(words, behind, options.masked(), pastes);
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
