package io.heliograph.cli.subscribe;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.follow.EventSink;
import io.heliograph.cli.follow.SinkException;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.option.CliCommand;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Event;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographException;
import io.heliograph.client.HistoryPage;
import io.heliograph.client.HistorySpec;
import io.heliograph.client.KeptEvent;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "history",
    header = "Print the events that a server keeps for one user.",
    description =
        "Prints them as subscribe does, oldest first, each with the time of its publication, and"
            + " exits. The last line on stderr is the cursor for --after.",
    customSynopsis = "sse-cli history [OPTIONS] USER",
    footer = {
      "",
      "Examples:",
      "  sse-cli history alice",
      "  sse-cli history alice --from -20 -o json | jq .json",
      "  sse-cli history alice --from 2026-11-30T08:00:00Z --limit 100"
    })
public final class HistoryCommand extends CliCommand {
  private static final int PAGE = 1000;

  @Mixin private final ServerOption server = new ServerOption();

  @Parameters(paramLabel = "USER", description = "The user whose events to print.")
  private String user = "";

  @Option(
      names = "--after",
      paramLabel = "CURSOR",
      description = "Start after this cursor, such as the id of an event.")
  private @Nullable String after;

  @Option(
      names = "--from",
      paramLabel = "START",
      description =
          "Start with the latest 20 events (-20), with those of the last 15 minutes (-15m), at a"
              + " time (RFC 3339), or at the oldest (default: oldest).")
  private @Nullable String from;

  @Option(
      names = "--limit",
      paramLabel = "COUNT",
      description = "Print at most COUNT events (default: all).")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORMAT",
      description =
          "Output format: ${COMPLETION-CANDIDATES} (default: text). json: one object per line;"
              + " data, id: only these.")
  private Format output = Format.text;

  @Option(names = "--fail-on-gap", description = "Exit with 6 if events were lost.")
  private boolean failOnGap;

  @Mixin private final AccessOptions access = new AccessOptions();

  enum Format {
    text,
    json,
    data,
    id
  }

  public HistoryCommand(Shell shell) {
    super(shell);
  }

  @Override
  public Integer call() throws SinkException {
    HistorySpec spec = spec();
    Access entry = access.open(shell, server.uri());
    try (HeliographApi api = entry.to(HeliographApi.builder(server.uri())).build()) {
      return print(api, spec).code();
    } catch (HeliographException e) {
      return entry.failed(shell, output == Format.json, server.uri(), e).code();
    } catch (IOException e) {
      return ExitCode.OK.code(); // The reader of stdout has left.
    }
  }

  private HistorySpec spec() {
    server.stream(user); // Checks that a path can hold it.
    if (after != null && from != null) {
      throw usage("--after cannot be combined with --from");
    } else if (limit < 1) {
      throw usage("--limit is " + limit + "; allowed: 1 or more");
    }
    try {
      HistorySpec all = HistorySpec.user(user);
      return after != null ? all.after(after) : from != null ? all.from(from) : all;
    } catch (IllegalArgumentException e) {
      throw usage("--after: " + e.getMessage());
    }
  }

  private ExitCode print(HeliographApi api, HistorySpec start) throws IOException, SinkException {
    EventSink sink = OutputOptions.Format.valueOf(output.name()).sink(shell);
    HistorySpec next = start;
    boolean gap = false;
    long printed = 0;
    HistoryPage page;
    do {
      page = api.history(next.limit((int) Math.min(PAGE, limit - printed)));
      page.gap().ifPresent(lost -> shell.notices().say(TextLine.gap(lost)));
      gap |= page.gap().isPresent();
      for (KeptEvent kept : page.events()) {
        sink.event(shown(kept));
      }
      printed += page.events().size();
      next = start.after(page.cursor());
    } while (page.more() && printed < limit);
    shell
        .notices()
        .say(
            "%s%s; cursor %s"
                .formatted(
                    TextLine.count(printed, "event"),
                    page.more() ? ", and more after them" : "",
                    Printable.of(page.cursor())));
    return gap && failOnGap ? ExitCode.GAP : ExitCode.OK;
  }

  /** A row needs no mark, as all are from before; a record says so as one of a stream does. */
  private Shown shown(KeptEvent kept) {
    Event event = kept.event();
    boolean replay = output == Format.json;
    return new Shown(
        kept.published(), user, event.lastEventId(), event.type(), event.data(), replay, 1);
  }
}
