package io.heliograph.cli.simulate;

import io.heliograph.cli.option.CommonOptions;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Header;
import io.heliograph.cli.option.OutputFormat;
import io.heliograph.cli.option.Rate;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.Share;
import io.heliograph.cli.option.Size;
import io.heliograph.cli.report.Metric;
import io.heliograph.cli.report.Threshold;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.simulate.SimulatePlan.EngineKind;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Reads the command line of {@code simulate}; {@link SimulateTask} does the work. */
@Command(
    name = "simulate",
    aliases = "sim",
    sortOptions = false,
    descriptionHeading = "%n",
    header = "Simulate many users, and check that each gets what it is owed.",
    description = {
      "Connects users, publishes to them at a constant rate, and holds what arrives against"
          + " what was sent: nothing lost, doubled, out of order or misrouted without being"
          + " told. Says how long it took, and whether this program was itself fit to"
          + " measure. Leaves a report; 'sse-cli report' shows and compares them."
    },
    customSynopsis = {
      "sse-cli simulate [OPTIONS] [--preset NAME]",
      "       sse-cli simulate [OPTIONS] --subscribe-url URL --publish-url URL"
    },
    footer = {
      "",
      "Examples:",
      "  sse-cli simulate --users 1000 --rate 500/s --duration 30s",
      "  sse-cli simulate --preset storm --threshold 'delivery.live.p99 < 250ms'",
      "  sse-cli simulate --subscribe-url 'http://host/sub/{user}' \\",
      "      --publish-url 'http://host/pub/{user}'"
    })
public final class SimulateCommand implements Callable<Integer> {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int MANY_USERS = 200;

  private final Shell shell;

  @Spec private @Nullable CommandSpec spec;

  @Mixin private final ServerOption server = new ServerOption();

  @ArgGroup(exclusive = false, heading = "%nAnother server than Heliograph:%n")
  private @Nullable Foreign foreign;

  static final class Foreign {
    @Option(
        names = "--subscribe-url",
        paramLabel = "URL",
        required = true,
        description = "Where a user listens; {user} stands for its name.")
    String subscribe = "";

    @Option(
        names = "--publish-url",
        paramLabel = "URL",
        description = "Where an event for a user is posted to.")
    @Nullable String publish;

    @Option(
        names = "--broadcast-url",
        paramLabel = "URL",
        description = "Where an event for everybody is posted to.")
    @Nullable String broadcast;

    @Option(
        names = "--publish-body",
        paramLabel = "TEXT",
        description = "What is posted; {envelope} must be in it. Default: '" + Target.DATA + "'.")
    @Nullable String body;

    @Option(
        names = "--publish-header",
        paramLabel = "'K: V'",
        converter = Header.Converter.class,
        description = "Send this header with each publish. Repeatable.")
    List<Header> headers = List.of();
  }

  @ArgGroup(validate = false, heading = "%nWhat happens:%n")
  private final Load load = new Load();

  static final class Load {
    @Option(
        names = "--preset",
        paramLabel = "NAME",
        converter = PresetConverter.class,
        description =
            "idle, steady, fanout, churn, slow-consumers, storm or soak; other options win.")
    @Nullable Preset preset;

    @Option(names = "--users", paramLabel = "N", description = "How many. Default: 100.")
    @Nullable Integer users;

    @Option(
        names = "--ramp",
        paramLabel = "D",
        converter = DurationConverter.class,
        description = "Connect them within D. Default: 1 ms a user, at least 1s.")
    @Nullable Duration ramp;

    @Option(
        names = "--rate",
        paramLabel = "R",
        converter = Rate.Converter.class,
        description = "Publishes to one user each (200/s, 12k/m). Default: 100/s.")
    @Nullable Rate rate;

    @Option(
        names = "--broadcast",
        paramLabel = "R",
        converter = Rate.Converter.class,
        description = "Publishes to everybody. Default: none.")
    @Nullable Rate broadcast;

    @Option(
        names = "--to",
        paramLabel = "HOW",
        description =
            "Who gets them: ${COMPLETION-CANDIDATES} (few users get most). Default: uniform.")
    @Nullable Spread to;

    @Option(
        names = "--size",
        paramLabel = "S",
        converter = Size.class,
        description = "Of each event's data, at least. Default: 200B.")
    @Nullable Integer size;

    @Option(
        names = "--warmup",
        paramLabel = "D",
        converter = DurationConverter.class,
        description = "Publish, but do not measure yet. Default: 2s.")
    @Nullable Duration warmup;

    @Option(
        names = "--duration",
        paramLabel = "D",
        converter = DurationConverter.class,
        description = "Measure for so long. Default: 10s.")
    @Nullable Duration duration;

    @Option(
        names = "--drain",
        paramLabel = "D",
        converter = DurationConverter.class,
        description = "Then wait at most so long for what is missing. Default: 10s.")
    @Nullable Duration drain;

    @Option(
        names = "--churn",
        paramLabel = "R",
        converter = Rate.Converter.class,
        description = "Users that leave and come back (8/s, 5%%/m of all).")
    @Nullable Rate churn;

    @Option(
        names = "--offline",
        paramLabel = "D",
        converter = DurationConverter.class,
        description = "For how long, on average. Default: 2s.")
    @Nullable Duration offline;

    @Option(
        names = "--slow",
        paramLabel = "P",
        converter = Share.class,
        description = "Share of users that read slowly (1%%).")
    @Nullable Double slow;

    @Option(
        names = "--slow-read",
        paramLabel = "S",
        converter = Size.class,
        description = "How much they read a second. Default: 2KiB.")
    @Nullable Integer slowRead;

    @Option(
        names = "--stalled",
        paramLabel = "P",
        converter = Share.class,
        description = "Share of users that read nothing.")
    @Nullable Double stalled;

    @Option(
        names = "--storm",
        paramLabel = "T[:P[:HOW]]",
        converter = StormConverter.class,
        description =
            "Cut P of the connections at T of the measurement, by 'reset' or 'close'. Default:"
                + " 100%%, reset. Repeatable.")
    @Nullable List<Storm> storms;

    @Option(
        names = "--run",
        paramLabel = "T:CMD",
        converter = RunConverter.class,
        description = "Run a command at T, such as one that restarts the server. Repeatable.")
    List<Storm> runs = List.of();

    @Option(
        names = "--seed",
        paramLabel = "N",
        description = "The same seed chooses the same users. Default: a new one.")
    @Nullable Long seed;
  }

  /** Who gets the events. */
  enum Spread {
    uniform,
    zipf
  }

  @ArgGroup(validate = false, heading = "%nWhat is expected:%n")
  private final Expected expected = new Expected();

  static final class Expected {
    @Option(
        names = "--threshold",
        paramLabel = "EXPR",
        description = "Such as 'delivery.live.p99 < 250ms'; else it ends with 99. Repeatable.")
    List<String> thresholds = List.of();

    @Option(
        names = "--no-default-threshold",
        paramLabel = "NAME",
        description =
            "Allow what is not allowed without a word: loss.silent, order.violations, corrupt,"
                + " dup.live or users.absent.")
    List<String> without = List.of();
  }

  @ArgGroup(validate = false, heading = "%nHow:%n")
  private final How how = new How();

  static final class How {
    @Option(
        names = "--engine",
        paramLabel = "E",
        description = "${COMPLETION-CANDIDATES}: the client SDK, or a small one. Default: sdk.")
    EngineKind engine = EngineKind.sdk;

    @Option(
        names = "--source-ip",
        paramLabel = "A-B",
        description = "Connect from these addresses in turn (127.0.0.1-127.0.0.8).")
    @Nullable String sources;

    @Option(
        names = "--lanes",
        paramLabel = "N",
        description = "Connections to publish by. Default: 64.")
    int lanes = 64;

    @Option(
        names = "--max-lag",
        paramLabel = "D",
        converter = DurationConverter.class,
        description = "Drop a publish that cannot begin for so long. Default: 5s.")
    Duration maxLag = Duration.ofSeconds(5);

    @Option(
        names = "--shard",
        paramLabel = "I/N",
        description = "This machine's part; 'sse-cli report merge' adds them up.")
    @Nullable String shard;

    @Option(names = "--start-at", paramLabel = "T", description = "Wait for this time (RFC 3339).")
    @Nullable String startAt;

    @Option(
        names = "--server-pid",
        paramLabel = "PID",
        description = "The server's process. Default: who listens there, on this machine.")
    long serverPid;

    @Option(
        names = {"-H", "--header"},
        paramLabel = "'K: V'",
        // Configured ones come as one text, and no header holds a line feed.
        split = "\n",
        hideParamSyntax = true,
        converter = Header.Converter.class,
        description = "Send this header with each request. Repeatable.")
    List<Header> headers = List.of();

    @Option(
        names = "--yes-load-test",
        paramLabel = "HOST",
        description = "You may do this to a host that is not on this network.")
    @Nullable String yes;
  }

  @ArgGroup(validate = false, heading = "%nWhat comes out:%n")
  private final Out out = new Out();

  static final class Out {
    @Option(
        names = {"-o", "--output"},
        paramLabel = "FORMAT",
        description = "The result on stdout: ${COMPLETION-CANDIDATES}. Default: text.")
    OutputFormat output = OutputFormat.text;

    @Option(
        names = "--report",
        paramLabel = "DIR",
        description = "Where the report goes. Default: ./sim-NAME-TIME.")
    @Nullable Path report;

    @Option(names = "--no-report", description = "Leave no report.")
    boolean none;

    @Option(
        names = "--progress",
        paramLabel = "HOW",
        description = "${COMPLETION-CANDIDATES}. Default: auto, live on a terminal.")
    ProgressKind progress = ProgressKind.auto;

    @Option(names = "--check", description = "Only look whether this machine can do it.")
    boolean check;
  }

  /** How progress is shown. */
  enum ProgressKind {
    auto,
    live,
    plain,
    none
  }

  @SuppressWarnings("UnusedVariable") // It acts on the shell as it is read.
  @Mixin
  private final CommonOptions common;

  public SimulateCommand(Shell shell) {
    this.shell = shell;
    this.common = new CommonOptions(shell);
  }

  @Override
  public Integer call() throws InterruptedException {
    SimulatePlan plan = plan();
    boolean terminal = shell.terminals().err();
    ProgressKind progress = out.progress;
    if (progress == ProgressKind.auto) {
      progress = terminal ? ProgressKind.live : ProgressKind.plain;
    }
    var task = new SimulateTask(shell, plan, out.output, progress);
    return (out.check ? task.check() : task.run()).code();
  }

  private SimulatePlan plan() {
    Map<String, String> preset = load.preset == null ? Map.of() : load.preset.settings();
    int users =
        load.users != null ? load.users : Integer.parseInt(preset.getOrDefault("users", "100"));
    if (users < 1) {
      throw usage("--users is " + users + "; allowed: 1 and more");
    }
    int[] shard = shard();
    var rates = new Rate.Converter();
    var durations = new DurationConverter();
    var shares = new Share();
    Rate rate = or(load.rate, rates, preset.getOrDefault("rate", "100/s"));
    Rate broadcast = or(load.broadcast, rates, preset.getOrDefault("broadcast", "0/s"));
    Rate churn = or(load.churn, rates, preset.getOrDefault("churn", "0/s"));
    Duration duration = or(load.duration, durations, preset.getOrDefault("duration", "10s"));
    double slow = or(load.slow, shares, preset.getOrDefault("slow", "0%"));
    double stalled = or(load.stalled, shares, preset.getOrDefault("stalled", "0%"));
    if (slow + stalled > 1) {
      throw usage("--slow and --stalled are more than all users");
    }
    if (rate.share() || broadcast.share()) {
      throw usage("--rate and --broadcast are numbers of publishes, such as 200/s");
    }
    var storms = new ArrayList<Storm>();
    if (load.storms != null) {
      storms.addAll(load.storms);
    } else if (preset.containsKey("storm")) {
      storms.add(new StormConverter().convert(preset.getOrDefault("storm", "")));
    }
    storms.addAll(load.runs);
    for (Storm storm : storms) {
      if (storm.at().compareTo(duration) >= 0) {
        throw usage(
            "a storm at " + storm.at().toMillis() + " ms is after the end of the measurement");
      }
    }
    Duration ramp = load.ramp != null ? load.ramp : Duration.ofMillis(Math.max(1000, users));
    int size = load.size == null ? 200 : load.size;
    Spread to = load.to == null ? Spread.uniform : load.to;
    Duration warmup = load.warmup == null ? Duration.ofSeconds(2) : load.warmup;
    Duration drain = load.drain == null ? Duration.ofSeconds(10) : load.drain;
    Duration offline = load.offline == null ? Duration.ofSeconds(2) : load.offline;
    int slowRead = load.slowRead == null ? 2048 : load.slowRead;
    if (slowRead < 1) {
      throw usage("--slow-read is 0; who reads nothing is --stalled");
    }
    String name = load.preset == null ? "custom" : load.preset.toString();
    var settings = new LinkedHashMap<String, String>();
    settings.put("users", Integer.toString(users));
    settings.put("ramp", seconds(ramp));
    settings.put("rate", number(rate.perSecond()) + "/s");
    settings.put("broadcast", number(broadcast.perSecond()) + "/s");
    settings.put("to", to.toString());
    settings.put("size", size + "B");
    settings.put("warmup", seconds(warmup));
    settings.put("duration", seconds(duration));
    settings.put("drain", seconds(drain));
    settings.put("churn", number(churn.of(users)) + "/s");
    settings.put("offline", seconds(offline));
    settings.put("slow", number(slow * 100) + "%");
    settings.put("slowRead", slowRead + "B/s");
    settings.put("stalled", number(stalled * 100) + "%");
    settings.put("storm", String.join(", ", storms.stream().map(SimulateCommand::told).toList()));
    settings.put("engine", how.engine.toString());
    Target target = target(broadcast.perSecond() > 0, rate.perSecond() > 0);
    settings.put("subscribe", target.subscribeUrl());
    settings.put("publish", target.publishUrl());
    int mine = users / shard[1] + (shard[0] < users % shard[1] ? 1 : 0);
    if (mine < 1 || how.lanes < 1) {
      throw usage(
          mine < 1
              ? "more shards than users"
              : "--lanes is " + how.lanes + "; allowed: 1 and more");
    }
    return new SimulatePlan(
        name,
        settings,
        target,
        how.engine,
        mine,
        ramp,
        rate.perSecond() * mine / users,
        broadcast.perSecond() / shard[1],
        warmup,
        duration,
        drain,
        size,
        to == Spread.zipf,
        churn.of(users) * mine / users,
        offline,
        slow,
        stalled,
        slowRead,
        List.copyOf(storms),
        sources(),
        shard[0],
        shard[1],
        startAt(),
        load.seed != null ? load.seed : ThreadLocalRandom.current().nextInt(1_000_000),
        how.lanes,
        how.maxLag,
        how.serverPid,
        thresholds(),
        out.none ? null : report(name));
  }

  private Target target(boolean broadcasts, boolean publishes) {
    Target target;
    if (foreign == null) {
      target = Target.heliograph(server.uri(), how.headers);
    } else {
      String body = foreign.body == null ? Target.DATA : foreign.body;
      if (!body.contains("{envelope}")) {
        throw usage(
            "--publish-body has no {envelope}: without it no event can be told from another");
      }
      if (!foreign.subscribe.contains("{user}")) {
        throw usage("--subscribe-url has no {user}: all users would listen to one stream");
      }
      if (publishes && (foreign.publish == null || !foreign.publish.contains("{user}"))) {
        throw usage("--publish-url with {user} is missing; to publish nothing: --rate 0/s");
      }
      if (broadcasts && foreign.broadcast == null) {
        throw usage("--broadcast needs a --broadcast-url");
      }
      target =
          new Target(
              foreign.subscribe,
              foreign.publish == null ? foreign.subscribe : foreign.publish,
              foreign.broadcast,
              body,
              how.headers,
              foreign.headers,
              false);
    }
    requireAllowed(target);
    return target;
  }

  private void requireAllowed(Target target) {
    URI uri;
    try {
      uri = new ServerOption.HttpUri().convert(target.subscribe("any").toString());
      new ServerOption.HttpUri().convert(target.publish("any").toString());
    } catch (TypeConversionException | IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
    if (how.engine == EngineKind.raw && "https".equalsIgnoreCase(uri.getScheme())) {
      throw usage("--engine raw speaks no TLS; the default does");
    }
    String host = String.valueOf(uri.getHost());
    boolean near =
        ProcFs.isLoopback(host)
            || host.matches("(10|192\\.168|172\\.(1[6-9]|2\\d|3[01]))\\..*")
            || !host.contains(".")
            || host.endsWith(".local")
            || host.endsWith(".internal");
    boolean many = load.preset != null || (load.users != null && load.users > MANY_USERS);
    if (!near && many && !host.equals(how.yes)) {
      throw usage(
          "this would put load on " + host + ". If you may do that:  --yes-load-test " + host);
    }
  }

  private int[] shard() {
    if (how.shard == null) {
      return new int[] {0, 1};
    }
    String[] parts = how.shard.split("/", -1);
    if (parts.length == 2 && parts[0].matches("\\d{1,4}") && parts[1].matches("\\d{1,4}")) {
      int index = Integer.parseInt(parts[0]);
      int count = Integer.parseInt(parts[1]);
      if (index >= 1 && index <= count) {
        return new int[] {index - 1, count};
      }
    }
    throw usage("--shard is " + how.shard + "; write 1/4 to 4/4");
  }

  private @Nullable Instant startAt() {
    try {
      return how.startAt == null ? null : Instant.parse(how.startAt);
    } catch (DateTimeParseException e) {
      throw usage("--start-at is no time; write 2026-10-03T15:00:00Z");
    }
  }

  private List<InetAddress> sources() {
    try {
      return how.sources == null ? List.of() : Sources.parse(how.sources);
    } catch (IllegalArgumentException e) {
      throw usage("--source-ip: " + e.getMessage());
    }
  }

  private List<Threshold> thresholds() {
    var expressions = new ArrayList<>(Threshold.DEFAULTS);
    for (String name : expected.without) {
      if (name.equals(Metric.MISROUTED.label())) {
        throw usage("misrouted events are somebody else's secrets: that threshold stays");
      }
      if (!expressions.removeIf(expression -> expression.startsWith(name + " "))) {
        throw usage("there is no default threshold " + name + "; there are: " + Threshold.DEFAULTS);
      }
    }
    expressions.addAll(expected.thresholds);
    try {
      return expressions.stream().map(Threshold::parse).toList();
    } catch (IllegalArgumentException e) {
      throw usage(String.valueOf(e.getMessage()));
    }
  }

  private Path report(String name) {
    return out.report != null
        ? out.report
        : Path.of("sim-" + name + "-" + STAMP.format(Instant.now()));
  }

  private static <T> T or(@Nullable T given, ITypeConverter<T> reader, String otherwise) {
    try {
      return given != null ? given : reader.convert(otherwise);
    } catch (Exception e) {
      // A converter may declare anything. A rate of 0/s is fine for it, whatever a user may write.
      throw new IllegalStateException("a default cannot be read: " + otherwise, e);
    }
  }

  private static String told(Storm storm) {
    return switch (storm) {
      case Storm.Cut cut ->
          seconds(cut.at())
              + ":"
              + number(cut.share() * 100)
              + "%:"
              + (cut.reset() ? "reset" : "close");
      case Storm.Run run -> seconds(run.at()) + ":" + run.command();
    };
  }

  private static String seconds(Duration duration) {
    return number(duration.toMillis() / 1000.0) + "s";
  }

  private static String number(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.3f", value).replaceFirst("0+$", "");
  }

  private ParameterException usage(String message) {
    return new ParameterException(Objects.requireNonNull(spec).commandLine(), message);
  }

  /** Reads a preset's name with its hyphen. */
  static final class PresetConverter implements ITypeConverter<Preset> {
    @Override
    public Preset convert(String text) {
      for (Preset preset : Preset.values()) {
        if (preset.toString().equals(text)) {
          return preset;
        }
      }
      throw new TypeConversionException(
          "there is no preset '" + text + "'; there are " + List.of(Preset.values()));
    }
  }

  /** Reads {@code 30s}, {@code 30s:50%} and {@code 30s:50%:close}. */
  static final class StormConverter implements ITypeConverter<Storm> {
    @Override
    public Storm convert(String text) {
      String[] parts = text.split(":", -1);
      String how = parts.length > 2 ? parts[2] : "reset";
      if (parts.length > 3 || !List.of("reset", "close").contains(how)) {
        throw new TypeConversionException(
            "'" + text + "' is no storm; write 30s, 30s:50% or 30s:50%:close");
      }
      return new Storm.Cut(
          new DurationConverter().convert(parts[0]),
          parts.length > 1 ? Share.parse(parts[1]) : 1,
          how.equals("reset"));
    }
  }

  /** Reads {@code 30s:COMMAND}. */
  static final class RunConverter implements ITypeConverter<Storm> {
    @Override
    public Storm convert(String text) {
      int colon = text.indexOf(':');
      if (colon < 1 || colon == text.length() - 1) {
        throw new TypeConversionException(
            "'" + text + "' is no time and command; write 30s:COMMAND");
      }
      return new Storm.Run(
          new DurationConverter().convert(text.substring(0, colon)), text.substring(colon + 1));
    }
  }
}
