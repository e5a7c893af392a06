package io.heliograph.cli.simulate;

import io.heliograph.cli.access.AccessOptions;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.plan.Plan.EngineKind;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Rate;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.Share;
import io.heliograph.cli.option.Size;
import io.heliograph.cli.shell.Shell;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Makes a plan of the options and the scenario. */
record PlanReader(
    ServerOption server,
    AccessOptions access,
    LoadOptions load,
    @Nullable String report,
    Scenario scenario,
    Shell shell) {
  private static final Duration OFFLINE = Duration.ofSeconds(2);
  private static final int SLOW_READ = 2048; // Bytes per second.

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final DurationConverter DURATIONS = new DurationConverter();

  /** The plan of all shards; an IllegalArgumentException says what is wrong and what is allowed. */
  Plan plan() {
    if (load.users < 1) {
      throw usage("--users is " + load.users + "; allowed: 1 and more");
    }
    if (load.rate.share() || load.broadcast.share()) {
      throw usage("--rate and --broadcast are numbers of publishes, such as 200/s");
    }
    Duration ramp =
        scenario.value("ramp", DURATIONS, Duration.ofMillis(Math.max(1000, load.users)));
    Duration drain = scenario.value("drain", DURATIONS, Duration.ofSeconds(10));
    var published =
        new Plan.Load(
            load.rate.perSecond(),
            load.broadcast.perSecond(),
            scenario.value("size", new Size(), 200),
            scenario.value("arrivals", oneOf(Plan.Arrivals.class), Plan.Arrivals.uniform));
    String name = name();
    Target target = new TargetReader(server, access, load, scenario, shell).target();
    return new Plan(
        name,
        target,
        engine(target),
        load.users,
        scenario.value(
            "seed", Long::valueOf, (long) ThreadLocalRandom.current().nextInt(1_000_000)),
        new Plan.Span(ramp, load.warmup, load.duration, drain),
        published,
        behaviour(),
        generator(),
        thresholds(published.publishes()),
        scenario.value("server-pid", Long::valueOf, 0L),
        directory(name));
  }

  /** The small clients wherever they can: they disturb the server that is measured the least. */
  private EngineKind engine(Target target) {
    EngineKind byDefault = target.isPlain() ? EngineKind.raw : EngineKind.sdk;
    EngineKind engine = scenario.value("engine", oneOf(EngineKind.class), byDefault);
    if (engine == EngineKind.raw && !target.isPlain()) {
      throw usage(
          scenario.place("engine")
              + ": engine is raw, which cannot use https, HTTP/2 or a proxy; allowed here: sdk");
    }
    return engine;
  }

  private Plan.Generator generator() {
    Matcher form = Pattern.compile("(\\d{1,4})/(\\d{1,4})").matcher(load.shard);
    int index = form.matches() ? Integer.parseInt(form.group(1)) : 0;
    int count = form.matches() ? Integer.parseInt(form.group(2)) : 0;
    if (index < 1 || index > count) {
      throw usage("--shard is " + load.shard + "; write 1/4 to 4/4");
    }
    if (count > load.users) {
      throw usage("--shard has more parts than there are users");
    }
    if (count > 1 && load.broadcast.perSecond() > 0) {
      throw usage(
          "--broadcast cannot be combined with --shard: users of all machines receive a broadcast,"
              + " and the machines have no common clock to time it by");
    }
    int lanes = scenario.value("lanes", Integer::valueOf, 64);
    if (lanes < 1) {
      throw usage(scenario.place("lanes") + ": lanes is " + lanes + "; allowed: 1 and more");
    }
    return new Plan.Generator(
        scenario.value("source-ip", PlanReader::addresses, List.of()),
        lanes,
        scenario.value("max-lag", DURATIONS, Duration.ofSeconds(5)),
        index - 1,
        count);
  }

  /** Each has ports of its own. */
  private static List<InetAddress> addresses(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip).map(InetAddress::ofLiteral).toList();
  }

  private Plan.Behaviour behaviour() {
    Rate churn = scenario.value("churn", new Rate.Converter(), new Rate(0, false));
    double slow = scenario.value("slow", new Share(), 0.0);
    double stalled = scenario.value("stalled", new Share(), 0.0);
    int slowRead = scenario.value("slow-read", new Size(), SLOW_READ);
    if (slow + stalled > 1) {
      throw usage("slow and stalled add up to more than 100%");
    }
    if (slowRead < 1) {
      throw usage("slow-read is 0; users that read nothing are 'stalled'");
    }
    return new Plan.Behaviour(
        churn.of(load.users),
        scenario.value("offline", DURATIONS, OFFLINE),
        slow,
        stalled,
        slowRead,
        storms());
  }

  private List<Storm> storms() {
    List<Storm> runs =
        load.runs != null ? load.runs : scenario.all("run", new StormConverters.Run());
    if (scenario.preset() == Preset.restart && runs.isEmpty()) {
      throw usage(
          "the preset restart needs the command that restarts the server:  --run '10s:COMMAND'");
    }
    var storms =
        new ArrayList<>(
            load.storms != null ? load.storms : scenario.all("storm", new StormConverters.Cut()));
    storms.addAll(runs);
    for (Storm storm : storms) {
      if (storm.at().compareTo(load.duration) >= 0) {
        throw usage(
            "a storm at " + storm.at().toMillis() + " ms is after the end of the measurement");
      }
    }
    return storms;
  }

  private String name() {
    String name = scenario.text("name").orElse("");
    if (name.isEmpty()) {
      return Optional.ofNullable(scenario.preset()).map(Preset::toString).orElse("custom");
    }
    // It becomes a part of a directory's name.
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw usage("name is '" + name + "'; allowed: up to 64 letters, digits, '.', '_', '-'");
    }
    return name;
  }

  private List<Threshold> thresholds(boolean publishes) {
    List<String> defaults = Threshold.defaults(publishes);
    var expressions = new ArrayList<>(defaults);
    for (String name : scenario.texts("no-default-threshold")) {
      if (name.equals(Metric.MISROUTED.label())) {
        throw usage(
            "misrouted cannot be disabled: such an event discloses one user's data to another");
      }
      if (!expressions.removeIf(expression -> expression.startsWith(name + " "))) {
        throw usage("there is no default threshold " + name + "; there are: " + defaults);
      }
    }
    expressions.addAll(load.thresholds != null ? load.thresholds : scenario.texts("threshold"));
    return expressions.stream().map(Threshold::parse).toList();
  }

  private @Nullable Path directory(String name) {
    if ("none".equals(report)) {
      return null;
    }
    return Path.of(report != null ? report : "sim-" + name + "-" + STAMP.format(Instant.now()));
  }

  private static <E extends Enum<E>> ITypeConverter<E> oneOf(Class<E> type) {
    List<E> all = List.of(type.getEnumConstants());
    return text ->
        all.stream()
            .filter(one -> one.name().equals(text))
            .findFirst()
            .orElseThrow(
                () -> new TypeConversionException("'" + text + "' is unknown; allowed: " + all));
  }

  private static IllegalArgumentException usage(String message) {
    return new IllegalArgumentException(message);
  }
}
