package io.heliograph.cli.tail;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.follow.EndOptions;
import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.follow.FilterOptions;
import io.heliograph.cli.follow.FollowPlan;
import io.heliograph.cli.follow.FollowTask;
import io.heliograph.cli.follow.SinkException;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "tail",
    header = "Show events as a server publishes them, and readers as they connect and disconnect.",
    description =
        "For operators: with authentication it needs the scope 'operate'. Shows only what"
            + " happens while it is connected. The server drops events beyond the rate limit, and"
            + " reports their number.",
    customSynopsis = "sse-cli tail [OPTIONS] [USER...]",
    footer = {
      "",
      "Examples:",
      "  sse-cli tail",
      "  sse-cli tail 'eu-*' bob --type 'order.*'",
      "  sse-cli tail --include connects,closes,gaps",
      "  sse-cli tail --no-data --for 1m -o json | jq -r .user | sort | uniq -c"
    })
public final class TailCommand extends CliCommand {
  @Mixin private final ServerOption server = new ServerOption();

  @Parameters(
      paramLabel = "USER",
      arity = "0..*",
      description = "Users to show, such as 'eu-*' (default: all). Broadcasts are always shown.")
  private List<String> users = List.of();

  @Option(
      names = "--type",
      paramLabel = "GLOB",
      description = "Show only events of this type, such as 'order.*'. Repeatable.")
  private List<String> types = List.of();

  @Option(
      names = "--include",
      paramLabel = "KIND",
      split = ",",
      description = "Kinds to show: ${COMPLETION-CANDIDATES} (default: events).")
  private Set<Include> include = Set.of(Include.events);

  @Option(
      names = "--rate",
      paramLabel = "COUNT",
      description = "Maximum events per second; the server drops the rest (default: 1000).")
  private @Nullable Integer rate;

  @Option(names = "--no-data", description = "Leave out the data of events.")
  private boolean noData;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "Output format: ${COMPLETION-CANDIDATES} (default: text). json: one object per line;"
              + " meta: as json, plus records of connections and dropped events;"
              + " data: only the data.")
  private Format output = Format.text;

  @Mixin private final FilterOptions filter = new FilterOptions();
  @Mixin private final EndOptions end = new EndOptions();
  @Mixin private final AccessOptions access = new AccessOptions();

  /** What there is to see; the server's words. */
  enum Include {
    events,
    connects,
    closes,
    gaps
  }

  enum Format {
    text,
    json,
    meta,
    data
  }

  public TailCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    requireSense();
    return new FollowTask(shell, plan(), sink()).run().code();
  }

  private EventSink sink() {
    boolean terminal = shell.terminals().out();
    int width = output == Format.text ? shell.columns() : 0;
    Clock clock = Clock.system(ZoneId.systemDefault());
    var text = new TailText(shell.paintOut(), clock, terminal, width, shell.symbols().of("…"));
    return event -> {
      TailRecord line = read(event);
      switch (output) {
        case text -> shell.out().line(text.line(line));
        case json, meta -> shell.out().line(line.json());
        case data -> {
          if (line.data() != null) {
            shell.out().line(terminal ? Printable.lines(line.data()) : line.data());
          }
        }
      }
    };
  }

  private static TailRecord read(Shown event) throws SinkException {
    try {
      return TailRecord.of(event.type(), event.data());
    } catch (IOException e) {
      throw new SinkException(ExitCode.REFUSED, "the server does not send a tail: " + event.data());
    }
  }

  private void requireSense() {
    end.requireSense();
    boolean eventsOnly = include.equals(Set.of(Include.events));
    if (output == Format.data && (noData || !eventsOnly)) {
      throw usage("-o data cannot be combined with --include or --no-data");
    } else if (noData && !filter.isEmpty()) {
      throw usage("--grep cannot be combined with --no-data");
    }
  }

  private FollowPlan plan() {
    URI uri = server.below("v1/tail");
    Access entry = access.open(shell, uri);
    SseClient.Builder builder = entry.to(SseClient.builder(uri));
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
        readerLeft -> builder.build(),
        spec,
        uri,
        entry.network().proxyHint(uri),
        null,
        "",
        false,
        end,
        this::matches,
        id -> {},
        new FollowPlan.Telling(
            output == Format.json || output == Format.meta, output == Format.meta),
        new FollowPlan.Ends(false, false, null, false, true),
        null,
        "To start a server:  sse-cli serve");
  }

  /** Only events have data to choose by. */
  private boolean matches(Event event) {
    if (filter.isEmpty()) {
      return true;
    }
    try {
      String data = TailRecord.of(event.type(), event.data()).data();
      return data == null || filter.matches(data);
    } catch (IOException e) {
      return true; // The sink says what is wrong.
    }
  }
}
