package io.heliograph.cli.tail;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.follow.EventFilter;
import io.heliograph.cli.follow.FilterOptions;
import io.heliograph.cli.follow.FollowOptions;
import io.heliograph.cli.follow.FollowPlan;
import io.heliograph.cli.follow.FollowTask;
import io.heliograph.cli.follow.PositionKeeper;
import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.StreamFormat;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
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
      "  sse-cli tail --no-data --rate 20 -o json | jq .type"
    })
public final class TailCommand implements Callable<Integer> {
  private static final int MAX_RATE = 100_000;
  private static final int MAX_NAMES = 32;

  private final Shell shell;

  @Mixin private final ServerOption server = new ServerOption();

  @Spec private @Nullable CommandSpec spec;

  @Parameters(
      paramLabel = "USER",
      arity = "0..*",
      description = "Whose, as 'eu-*'; without, everybody's. A broadcast passes always.")
  private List<String> users = List.of();

  @Option(
      names = "--type",
      paramLabel = "GLOB",
      description = "Only events of such a type, as 'order.*'. Repeatable.")
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
    requireGlobs("USER", users);
    requireGlobs("--type", types);
    return new FollowTask(shell, plan(), new TailPrinter(shell, output)).run().code();
  }

  /** As the server takes them, which would answer with the name of a parameter nobody typed. */
  private void requireGlobs(String what, List<String> globs) {
    for (String glob : globs) {
      int star = glob.indexOf('*');
      if (glob.isEmpty() || glob.contains(",") || (star >= 0 && star < glob.length() - 1)) {
        throw usage(what + " '" + glob + "': '*' may only be the last character, and no comma");
      }
    }
    if (globs.size() > MAX_NAMES) {
      throw usage(what + ": at most " + MAX_NAMES);
    }
  }

  private FollowPlan plan() {
    ReconnectPolicy policy = follow.policy();
    URI uri = server.below("v1/tail");
    Access entry = access.open(shell, uri);
    StreamSpec spec =
        StreamSpec.endpoint()
            .query(
                "include",
                include.stream().sorted().map(Enum::name).collect(Collectors.joining(",")));
    if (!users.isEmpty()) {
      spec = spec.query("users", String.join(",", users));
    }
    if (!types.isEmpty()) {
      spec = spec.query("types", String.join(",", types));
    }
    if (rate != null) {
      spec = spec.query("rate", rate.toString());
    }
    if (noData) {
      spec = spec.query("data", "false");
    }
    return new FollowPlan(
        ignored -> entry.to(SseClient.builder(uri).reconnect(policy)).build(),
        spec,
        uri,
        null,
        "",
        false,
        follow,
        filter(),
        PositionKeeper.NONE,
        new FollowPlan.Telling(output == StreamFormat.json, meta, false),
        new FollowPlan.Ends(false, false, until()),
        null,
        "Is a server running there? To start one:  sse-cli serve");
  }

  /** What is no event passes: nobody could ask for its data. */
  private EventFilter filter() {
    if (filter.isEmpty()) {
      return EventFilter.ALL;
    }
    Predicate<String> data = filter.data();
    return event -> data(event).map(data::test).orElse(true);
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
