package io.heliograph.cli.subscribe;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.access.TypedOptions;
import io.heliograph.cli.follow.EndOptions;
import io.heliograph.cli.follow.FilterOptions;
import io.heliograph.cli.follow.FollowPlan;
import io.heliograph.cli.follow.FollowTask;
import io.heliograph.cli.follow.Globs;
import io.heliograph.cli.follow.ResumeLine;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.ShellWords;
import io.heliograph.client.AttemptObserver;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "subscribe",
    aliases = "sub",
    header = "Follow one user's stream and print its events.",
    description =
        "Prints events to stdout, and messages about the stream to stderr. Reconnects and"
            + " resumes if the connection breaks, and reports events that were lost.",
    customSynopsis = {
      "sse-cli subscribe [OPTIONS] USER",
      "       sse-cli subscribe [OPTIONS] --url URL",
      "       sse-cli subscribe [OPTIONS] USER --exec -- CMD [ARGS]"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli subscribe alice",
      "  sse-cli subscribe alice -o json --count 1 --for 30s | jq .json",
      "  sse-cli subscribe alice --cursor-file alice.pos --exec -- ./handle-order",
      "  sse-cli subscribe --url https://example.org/events -H 'X-Key: secret'",
      "  sse-cli subscribe --url https://llm.example/v1/chat -d @body.json \\",
      "                    -H @headers -o data --until-data '[DONE]'"
    })
public final class SubscribeCommand extends CliCommand {
  /** Where it began and when it ends. */
  private static final Set<String> NOT_TO_RESUME =
      Set.of("--last-event-id", "--count", "--timeout", "--until-data");

  private static final String OLDEST = "oldest";

  /** Where a stream starts that has no id to resume from; no id of Heliograph looks so. */
  private static final Pattern START = Pattern.compile("oldest|-.+|\\d{4}-.+");

  @Mixin private final ServerOption server = new ServerOption();

  @Parameters(
      index = "0",
      paramLabel = "USER",
      arity = "0..1",
      description = "The user whose stream to follow.")
  private @Nullable String first;

  @Parameters(
      index = "1..*",
      paramLabel = "CMD",
      description = "With --exec: the command to run, after '--'.")
  private List<String> rest = List.of();

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "Follow the stream at this URL, on any server.")
  private @Nullable URI url;

  @Mixin private final RequestOptions request = new RequestOptions();
  @Mixin private final OutputOptions output = new OutputOptions();

  @Option(
      names = "--type",
      paramLabel = "GLOB",
      description =
          "Show only events of this type, such as 'order.*'; '!GLOB' excludes. Repeatable.")
  private List<String> types = List.of();

  @Mixin private final FilterOptions filter = new FilterOptions();

  @Option(
      names = {"--from", "--last-event-id"},
      paramLabel = "ID",
      description =
          "Start after the event with this id. With USER also: 'oldest', the latest 20 stored"
              + " events (-20), the last 15 minutes (-15m), or a time (RFC 3339) (default: now).")
  private @Nullable String from;

  @Option(
      names = "--cursor-file",
      paramLabel = "FILE",
      description = "Store the position in FILE. The next run with FILE resumes there.")
  private @Nullable Path cursorFile;

  @Option(
      names = "--no-follow",
      description = "Print the events that the server stores, then exit with 0.")
  private boolean noFollow;

  @Mixin private final ExecOptions exec = new ExecOptions();
  @Mixin private final EndOptions end = new EndOptions();

  @Option(names = "--fail-on-gap", description = "Exit with 6 if events were lost.")
  private boolean failOnGap;

  @Mixin private final StreamOptions stream = new StreamOptions();
  @Mixin private final AccessOptions access = new AccessOptions();

  public SubscribeCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws InterruptedException, IOException {
    if (first == null && url == null) {
      throw usage("missing argument: USER or --url");
    }
    List<String> command = command();
    requireSense(command);
    URI uri = url == null ? server.stream(String.valueOf(first)) : url;
    Access entry = request.with(access.open(shell, uri), shell);
    if (cursorFile == null) {
      String start = from == null || isStart() ? "" : from;
      return follow(entry, uri, command, start, id -> {}).code();
    }
    try (CursorFile cursor = cursor(cursorFile, uri)) {
      return follow(entry, uri, command, cursor.lastEventId(), cursor).code();
    }
  }

  private boolean isStart() {
    return url == null && from != null && START.matcher(from).matches();
  }

  /** The words after the user; with --url, which has no user, all words. */
  private List<String> command() {
    if (url == null || first == null) {
      return rest;
    }
    return Stream.concat(Stream.of(first), rest.stream()).toList();
  }

  private void requireSense(List<String> command) {
    if (!exec.asked() && !command.isEmpty()) {
      throw usage(
          url == null
              ? "unexpected argument '" + command.getFirst() + "'"
              : "USER cannot be combined with --url");
    }
    request.requireSense(url != null);
    if (request.readsStdin() && access.readsStdin()) {
      throw usage("-d and --token cannot both read stdin");
    }
    exec.requireSense(command);
    output.requireSense(exec.asked());
    end.requireSense();
    if (url != null && noFollow) {
      throw usage(
          "--no-follow needs a USER: only a Heliograph server marks the end of what it stores");
    } else if (cursorFile != null && from != null && !isStart()) {
      throw usage("--cursor-file cannot be combined with --last-event-id");
    } else if (from != null && from.chars().anyMatch(Character::isISOControl)) {
      throw usage("--last-event-id contains a line break or another control character");
    } else if (output.raw()
        && (!types.isEmpty()
            || !filter.isEmpty()
            || end.count().isPresent()
            || request.last() != null)) {
      throw usage(
          "-o raw writes all bytes: it cannot be combined with --count, --type, --grep or"
              + " --until-data");
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
      Access entry, URI uri, List<String> command, String lastEventId, Consumer<String> positions)
      throws InterruptedException {
    FollowPlan plan = plan(entry, uri, command, lastEventId, positions);
    if (exec.asked()) {
      try (ExecSink sink = exec.sink(command, shell)) {
        return new FollowTask(shell, plan, sink).run();
      }
    }
    return new FollowTask(shell, plan, output.sink(shell)).run();
  }

  private FollowPlan plan(
      Access entry, URI uri, List<String> command, String lastEventId, Consumer<String> positions) {
    SseClient.Builder builder = entry.to(stream.to(SseClient.builder(uri)));
    StreamSpec spec = StreamSpec.endpoint();
    // Where the last run ended takes precedence.
    boolean replays = (noFollow || isStart()) && lastEventId.isEmpty();
    if (replays) {
      spec = spec.query("from", from != null && isStart() ? from : OLDEST);
    }
    if (!lastEventId.isEmpty()) {
      spec = spec.lastEventId(lastEventId);
    }
    var wanted = new Globs(types);
    return new FollowPlan(
        readerLeft -> client(builder, readerLeft),
        request.to(spec, entry.headers(), shell),
        uri,
        entry.network().proxyHint(uri),
        url == null ? first : null,
        lastEventId,
        replays,
        end,
        event -> wanted.accept(event.type()) && filter.matches(event.data()),
        positions,
        new FollowPlan.Telling(output.json(), output.meta()),
        new FollowPlan.Ends(failOnGap, noFollow, request.last(), stream.once(), stream.unreached()),
        cursorFile == null ? resumeLine(command) : null,
        url == null ? "To start a server:  sse-cli serve" : "");
  }

  private SseClient client(SseClient.Builder builder, Runnable readerLeft) {
    if (output.raw()) {
      builder.request(attempt -> attempt.observe(copy(readerLeft)));
    }
    return builder.build();
  }

  private AttemptObserver copy(Runnable readerLeft) {
    boolean terminal = shell.terminals().out();
    return new AttemptObserver() {
      @Override
      public void received(ByteBuffer bytes) {
        var copy = new byte[bytes.remaining()];
        bytes.get(copy);
        try {
          shell.out().bytes(terminal ? printable(copy) : copy);
        } catch (IOException e) {
          readerLeft.run();
        }
      }
    };
  }

  /** Byte by byte, because a character may come in two parts: what is not ASCII is escaped. */
  private static byte[] printable(byte[] bytes) {
    String ascii =
        new String(bytes, StandardCharsets.ISO_8859_1)
            .codePoints()
            .mapToObj(c -> c < 0x80 ? Character.toString(c) : "\\x%02x".formatted(c))
            .collect(Collectors.joining());
    return Printable.lines(ascii).getBytes(StandardCharsets.US_ASCII);
  }

  /** A command that continues where this one ends, without the id. */
  private ResumeLine resumeLine(List<String> command) {
    TypedOptions options = TypedOptions.of(commandLine(), NOT_TO_RESUME);
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
}
