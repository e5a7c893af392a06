package io.heliograph.cli.tail;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.follow.EventFilter;
import io.heliograph.cli.follow.FilterOptions;
import io.heliograph.cli.follow.FollowOptions;
import io.heliograph.cli.follow.FollowPlan;
import io.heliograph.cli.follow.FollowTask;
import io.heliograph.cli.follow.Globs;
import io.heliograph.cli.follow.PositionKeeper;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.Share;
import io.heliograph.cli.option.StreamFormat;
import io.heliograph.cli.option.UsersFile;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Reads the command line of {@code tail}; {@link FollowTask} does the work. */
@Command(
    name = "tail",
    sortOptions = false,
    descriptionHeading = "%n",
    parameterListHeading = "%n",
    header = "Show what passes through a server: events, and readers that come and go.",
    description = {
      "For operators: a server with tokens wants the scope 'operate'. The server chooses and"
          + " counts; what it leaves out, because there is too much, is told. A tail"
          + " starts now: what passed while it was away is a gap."
    },
    customSynopsis = "sse-cli tail [OPTIONS] [USER...]",
    footer = {
      "",
      "Examples:",
      "  sse-cli tail",
      "  sse-cli tail 'eu-*' bob --type 'order.*'",
      "  sse-cli tail --include connects,closes,gaps",
      "  sse-cli tail --top --by type --for 1m",
      "  sse-cli tail --no-data --rate 20 -o json | jq .type"
    })
public final class TailCommand implements Callable<Integer> {
  private static final int MAX_RATE = 100_000;
  private static final int ROWS = 20;

  private final Shell shell;

  @Mixin private final ServerOption server = new ServerOption();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "USER",
      arity = "0..*",
      description = "Users to show, such as 'eu-*' (default: all). Broadcasts are always shown.")
  private List<String> users = List.of();

  @Option(
      names = "--users-file",
      paramLabel = "F",
      converter = UsersFile.Converter.class,
      description = "The users in this file, one a line.")
  private @Nullable UsersFile usersFile;

  @Option(
      names = "--type",
      paramLabel = "GLOB",
      description = "Only events of such a type, as 'order.*'; '!GLOB' leaves out. Repeatable.")
  private List<String> types = List.of();

  @Option(
      names = "--include",
      paramLabel = "WHAT",
      split = ",",
      defaultValue = "events",
      description = "Some of ${COMPLETION-CANDIDATES}, with commas between; else events.")
  private Set<Include> include = Set.of(Include.events);

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "The most a second; the server leaves out more. Without it: 1000.")
  private @Nullable Integer rate;

  @Option(
      names = "--sample",
      paramLabel = "P",
      converter = Share.class,
      description = "Only this share of the events, by chance, as 1%%.")
  private double sample = 1;

  @Option(
      names = "--top",
      description =
          "Count instead: who has most events, drawn each second, or at the end of a pipe.")
  private boolean top;

  @Option(
      names = "--by",
      paramLabel = "FIELD",
      description = "With --top: count by user (so without this option), type, or bytes of a user.")
  private Top.@Nullable By by;

  @Option(names = "--limit", paramLabel = "N", description = "With --top: rows; 20 without it.")
  private @Nullable Integer limit;

  @Option(names = "--no-data", description = "Ask for events without their data.")
  private boolean noData;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      defaultValue = "text",
      description =
          "How to write: ${COMPLETION-CANDIDATES} (json: one object a line; data: nothing else).")
  private StreamFormat output = StreamFormat.text;

  @Option(
      names = "--meta",
      description = "With -o json: also write open, close, retry, omitted, gap, summary records.")
  private boolean meta;

  @Mixin private final FilterOptions filter = new FilterOptions();

  @Mixin private final FollowOptions follow = new FollowOptions();

  @Mixin private final AccessOptions access = new AccessOptions();

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  /** What there is to see; the server's words. */
  enum Include {
    events,
    connects,
    closes,
    gaps
  }

  public TailCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    if (meta && output != StreamFormat.json) {
      throw usage("--meta goes with -o json");
    }
    if (output == StreamFormat.data && (noData || !include.equals(Set.of(Include.events)))) {
      throw usage(
          "-o data has only the data of events: it goes neither with --include nor --no-data");
    }
    if (noData && (!filter.isEmpty() || follow.until() != null)) {
      throw usage("--grep, --where and --until look at the data, which --no-data leaves out");
    }
    if (rate != null && (rate < 1 || rate > MAX_RATE)) {
      throw usage("--rate is " + rate + "; allowed: 1 to " + MAX_RATE);
    }
    if (users.contains("") || types.contains("")) {
      throw usage("An empty name fits nobody; without any name all pass");
    }
    requireTop();
    if (!top) {
      return new FollowTask(shell, plan(), new TailPrinter(shell, output)).run().code();
    }
    int rows = limit == null ? ROWS : limit;
    FollowPlan plan = plan();
    try (var table =
        new Top(shell, by == null ? Top.By.user : by, rows, output == StreamFormat.json)) {
      table.start();
      return new FollowTask(shell, plan, table).run().code();
    }
  }

  private void requireTop() {
    if (!top && (by != null || limit != null)) {
      throw usage("--by and --limit go with --top");
    } else if (top && (output == StreamFormat.data || !include.equals(Set.of(Include.events)))) {
      throw usage("--top counts events: it goes neither with -o data nor --include");
    } else if (noData && by == Top.By.bytes) {
      throw usage("--by bytes counts the data, which --no-data leaves out");
    } else if (limit != null && limit < 1) {
      throw usage("--limit is " + limit + "; allowed: 1 and more");
    }
  }

  private FollowPlan plan() {
    URI uri = server.below("v1/tail");
    SseClient.Builder builder = follow.to(SseClient.builder(uri));
    Access entry = access.open(shell, uri);
    StreamSpec spec =
        StreamSpec.endpoint()
            .query(
                "include",
                include.stream().sorted().map(Enum::name).collect(Collectors.joining(",")));
    List<String> whose = users();
    boolean usersHere = !Choice.isForServer(whose);
    boolean typesHere = !Choice.isForServer(types);
    if (!whose.isEmpty() && !usersHere) {
      spec = spec.query("users", String.join(",", whose));
    }
    if (!types.isEmpty() && !typesHere) {
      spec = spec.query("types", String.join(",", types));
    }
    if (usersHere || typesHere) {
      shell
          .notices()
          .say("choosing    here, of what the server sends within the rate of all: see --rate");
    }
    if (rate != null) {
      spec = spec.query("rate", rate.toString());
    }
    if (noData) {
      spec = spec.query("data", "false");
    }
    return new FollowPlan(
        (left, failed) -> entry.to(builder).build(),
        spec,
        uri,
        entry.network().detour(uri),
        null,
        "",
        false,
        follow,
        new Choice(
            usersHere ? new Globs(whose) : null,
            typesHere ? new Globs(types) : null,
            filter.isEmpty() ? null : filter.data(),
            sample,
            () -> ThreadLocalRandom.current().nextDouble()),
        PositionKeeper.NONE,
        new FollowPlan.Telling(output == StreamFormat.json, meta, false),
        new FollowPlan.Ends(false, false, until()),
        null,
        "Is a server running there? To start one:  sse-cli serve");
  }

  private List<String> users() {
    return usersFile == null
        ? users
        : Stream.concat(users.stream(), usersFile.users().stream()).distinct().toList();
  }

  private EventFilter until() {
    Predicate<String> last = follow.until();
    return last == null ? EventFilter.NONE : event -> data(event).map(last::test).orElse(false);
  }

  /** The data of what was published; empty for anything else. */
  private static Optional<String> data(Event event) {
    try {
      return Optional.ofNullable(TailRecord.of(event.type(), event.data()).data());
    } catch (IOException e) {
      return Optional.empty(); // Who prints it says what is wrong.
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }
}
