package io.heliograph.cli.simulate;

import io.heliograph.cli.load.observe.ProcFs;
import io.heliograph.cli.load.plan.Numbers;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.plan.SimulatePlan.Arrivals;
import io.heliograph.cli.load.plan.SimulatePlan.EngineKind;
import io.heliograph.cli.load.plan.Sources;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.plan.UserTokens;
import io.heliograph.cli.load.result.Metric;
import io.heliograph.cli.load.result.Threshold;
import io.heliograph.cli.option.DurationConverter;
import io.heliograph.cli.option.Headers;
import io.heliograph.cli.option.Rate;
import io.heliograph.cli.option.ServerOption;
import io.heliograph.cli.option.Share;
import io.heliograph.cli.option.WebAddress;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
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
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Makes a plan of the options: what is not given comes from the preset, else from the defaults. */
final class PlanReader {
  /** How long a user that leaves is away, where nothing else was said. */
  static final Duration OFFLINE = Duration.ofSeconds(2);

  /** How many bytes a slow user reads a second, where nothing else was said. */
  static final int SLOW_READ = 2048;

  // Until the JIT has compiled what a delivery takes; docs/guides/load-testing.md has the figures.
  private static final Duration WARMUP = Duration.ofSeconds(10);

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final int MANY_USERS = 200;
  private static final int MANY_DELIVERIES = 200; // A second.

  private final ServerOption server;
  private final @Nullable ForeignOptions foreign;
  private final LoadOptions load;
  private final ExpectedOptions expected;
  private final HowOptions how;
  private final OutOptions out;
  private final Shell shell;

  PlanReader(
      ServerOption server,
      @Nullable ForeignOptions foreign,
      LoadOptions load,
      ExpectedOptions expected,
      HowOptions how,
      OutOptions out,
      Shell shell) {
    this.server = server;
    this.foreign = foreign;
    this.load = load;
    this.expected = expected;
    this.how = how;
    this.out = out;
    this.shell = shell;
  }

  /**
   * The plan.
   *
   * @throws IllegalArgumentException if options contradict each other, or what they name is not
   *     there; the message says which, and what is allowed
   */
  SimulatePlan plan() {
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
    List<Storm> storms = storms(preset, duration);
    Duration ramp = load.ramp != null ? load.ramp : Duration.ofMillis(Math.max(1000, users));
    int size = load.size == null ? 200 : load.size;
    LoadOptions.Spread to = load.to == null ? LoadOptions.Spread.uniform : load.to;
    Arrivals arrivals =
        or(load.arrivals, Arrivals::valueOf, preset.getOrDefault("arrivals", "uniform"));
    Duration warmup = load.warmup == null ? WARMUP : load.warmup;
    Duration drain = load.drain == null ? Duration.ofSeconds(10) : load.drain;
    Duration offline = load.offline == null ? OFFLINE : load.offline;
    int slowRead = load.slowRead == null ? SLOW_READ : load.slowRead;
    if (slowRead < 1) {
      throw usage("--slow-read is 0; who reads nothing is --stalled");
    }
    String name = name();
    var settings = new LinkedHashMap<String, String>();
    settings.put("users", Integer.toString(users));
    settings.put("ramp", Numbers.seconds(ramp));
    settings.put("rate", Numbers.plain(rate.perSecond()) + "/s");
    settings.put("broadcast", Numbers.plain(broadcast.perSecond()) + "/s");
    settings.put("to", to.toString());
    settings.put("arrivals", arrivals.toString());
    settings.put("size", size + "B");
    settings.put("warmup", Numbers.seconds(warmup));
    settings.put("duration", Numbers.seconds(duration));
    settings.put("drain", Numbers.seconds(drain));
    settings.put("churn", Numbers.plain(churn.of(users)) + "/s");
    settings.put("offline", Numbers.seconds(offline));
    settings.put("slow", Numbers.percent(slow));
    settings.put("slow-read", slowRead + "B/s");
    settings.put("stalled", Numbers.percent(stalled));
    settings.put("storm", String.join(", ", storms.stream().map(Storm::written).toList()));
    settings.put("engine", how.engine.toString());
    Target target = target(users, rate.perSecond(), broadcast.perSecond());
    settings.put("subscribe", Printable.url(target.subscribeUrl()));
    settings.put("publish", Printable.url(target.publishUrl()));
    if (shard[1] > 1 && broadcast.perSecond() > 0) {
      throw usage(
          "--broadcast goes not with --shard: what one machine sends to all, users of the others"
              + " get, and they have no clock in common to time it by");
    }
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
        load.seed != null ? load.seed : ThreadLocalRandom.current().nextInt(1_000_000),
        new SimulatePlan.Span(ramp, warmup, duration, drain),
        new SimulatePlan.Load(
            rate.perSecond() * mine / users,
            broadcast.perSecond(),
            size,
            to == LoadOptions.Spread.zipf,
            arrivals),
        new SimulatePlan.Behaviour(
            churn.of(users) * mine / users, offline, slow, stalled, slowRead, storms),
        new SimulatePlan.Generator(sources(), how.lanes, how.maxLag, shard[0], shard[1], startAt()),
        new SimulatePlan.Expected(
            thresholds(rate.perSecond() > 0 || broadcast.perSecond() > 0),
            expected.aborts.stream().map(SimulatePlan.Abort::parse).toList()),
        new SimulatePlan.ServerView(how.serverPid, how.serverMetrics),
        series(preset, shard[1]),
        out.none ? null : report(name));
  }

  private SimulatePlan.Series series(Map<String, String> preset, int shards) {
    SimulatePlan.Climb climb = load.climb;
    if (climb == null && preset.containsKey("climb")) {
      climb = SimulatePlan.Climb.valueOf(preset.getOrDefault("climb", ""));
    }
    if (load.repeat < 1 || load.repeat > 100) {
      throw usage("--repeat is " + load.repeat + "; allowed: 1 to 100");
    }
    if (climb != null && (load.repeat > 1 || shards > 1)) {
      throw usage("--climb goes with neither --repeat nor --shard");
    }
    return new SimulatePlan.Series(load.repeat, climb);
  }

  private String name() {
    if (load.name == null) {
      return load.preset == null ? "custom" : load.preset.toString();
    }
    // It becomes a part of a directory's name.
    if (!load.name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw usage(
          "--name is '" + load.name + "'; allowed: up to 64 letters, digits, '.', '_', '-'");
    }
    return load.name;
  }

  private List<Storm> storms(Map<String, String> preset, Duration duration) {
    var storms = new ArrayList<Storm>();
    if (load.storms != null) {
      storms.addAll(load.storms);
    } else if (preset.containsKey("storm")) {
      storms.add(new Storm.CutConverter().convert(preset.getOrDefault("storm", "")));
    }
    storms.addAll(load.runs);
    if (preset.containsKey("run") && load.runs.isEmpty()) {
      throw usage("--preset restart needs the command that does it:  --run '10s:COMMAND'");
    }
    for (Storm storm : storms) {
      if (storm.at().compareTo(duration) >= 0) {
        throw usage(
            "a storm at " + storm.at().toMillis() + " ms is after the end of the measurement");
      }
    }
    return List.copyOf(storms);
  }

  private Target target(int users, double rate, double broadcast) {
    boolean publishes = rate > 0;
    boolean broadcasts = broadcast > 0;
    Target target;
    if (foreign == null) {
      target = Target.heliograph(server.uri(), Headers.of(how.headers));
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
              template(foreign.subscribe),
              template(foreign.publish == null ? foreign.subscribe : foreign.publish),
              foreign.broadcast == null ? null : template(foreign.broadcast),
              body,
              Headers.of(how.headers),
              Headers.of(foreign.headers),
              false,
              null);
    }
    requireAllowed(target, users, rate, broadcast);
    return how.token == null ? target : target.with(new UserTokens(how.token, shell));
  }

  private void requireAllowed(Target target, int users, double rate, double broadcast) {
    var urls = new ArrayList<URI>();
    urls.add(url(foreign == null ? "--server" : "--subscribe-url", target.subscribeUrl()));
    if (foreign != null && foreign.publish != null) {
      urls.add(url("--publish-url", foreign.publish));
    }
    if (foreign != null && foreign.broadcast != null) {
      if (foreign.broadcast.contains("{user}")) {
        throw usage("--broadcast-url has {user}: a broadcast is for everybody");
      }
      urls.add(url("--broadcast-url", foreign.broadcast));
    }
    if (how.engine == EngineKind.raw && "https".equalsIgnoreCase(urls.getFirst().getScheme())) {
      throw usage("--engine raw speaks no TLS; the default does");
    }
    boolean many =
        load.preset != null
            || load.climb != null
            || users > MANY_USERS
            || rate + broadcast * users > MANY_DELIVERIES;
    List<String> far =
        urls.stream()
            .map(WebAddress::host)
            .filter(host -> many && !isNear(host))
            .map(host -> host.contains(":") ? "[" + host + "]" : host)
            .filter(host -> !how.yes.contains(host))
            .distinct()
            .toList();
    if (!far.isEmpty()) {
      throw usage(
          "this would put load on "
              + String.join(" and ", far)
              + ". If you may do that:  --yes-load-test "
              + String.join(" --yes-load-test ", far));
    }
  }

  /** As it will be for some user: nothing that is wrong with it may show when the run has begun. */
  private static URI url(String option, String template) {
    try {
      return new ServerOption.HttpUri().convert(template.replace("{user}", "any"));
    } catch (TypeConversionException e) {
      throw usage(option + ": " + e.getMessage());
    }
  }

  /** Without what no URL can hold; the place of the user's name stays. */
  private static String template(String url) {
    int path = Math.min(url.length(), url.indexOf("://") + 3);
    while (path < url.length() && "/?#".indexOf(url.charAt(path)) < 0) {
      path++; // A host may be an IPv6 address, in brackets that stay.
    }
    return url.substring(0, path)
        + Stream.of(url.substring(path).split("\\{user}", -1))
            .map(WebAddress::encoded)
            .collect(Collectors.joining("{user}"));
  }

  private static boolean isNear(String host) {
    return ProcFs.isLoopback(host)
        || host.matches("(10|192\\.168|172\\.(1[6-9]|2\\d|3[01]))(\\.\\d{1,3})+")
        || host.matches("(?i)f(e80|[cd]).*:.*") // IPv6: of the link, and private.
        || !(host.contains(".") || host.contains(":"))
        || host.endsWith(".local")
        || host.endsWith(".internal");
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

  private List<Threshold> thresholds(boolean publishes) {
    List<String> defaults = Threshold.defaults(publishes);
    var expressions = new ArrayList<>(defaults);
    for (String name : expected.without) {
      if (name.equals(Metric.MISROUTED.label())) {
        throw usage("misrouted events are somebody else's secrets: that threshold stays");
      }
      if (!expressions.removeIf(expression -> expression.startsWith(name + " "))) {
        throw usage("there is no default threshold " + name + "; there are: " + defaults);
      }
    }
    expressions.addAll(expected.thresholds);
    if (expected.thresholds.isEmpty() && load.preset != null) {
      String its = load.preset.settings().get("threshold");
      expressions.addAll(its == null ? List.of() : List.of(its));
    }
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

  private static IllegalArgumentException usage(String message) {
    return new IllegalArgumentException(message);
  }
}
