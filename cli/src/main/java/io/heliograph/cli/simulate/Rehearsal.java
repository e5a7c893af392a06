package io.heliograph.cli.simulate;

import io.heliograph.cli.load.observe.Preflight;
import io.heliograph.cli.load.observe.Preflight.Limits;
import io.heliograph.cli.load.plan.Numbers;
import io.heliograph.cli.load.plan.Plan;
import io.heliograph.cli.load.plan.Plan.EngineKind;
import io.heliograph.cli.load.plan.Storm;
import io.heliograph.cli.load.result.Spans;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Says what a plan would do, and what it would take, without doing it. */
final class Rehearsal {
  // What a server of ours adds around the data: id, type, line names, chunk.
  private static final int FRAME_BYTES = 70;
  private static final double SECOND = 1e9;

  private final Plan plan;
  private final List<String> lines = new ArrayList<>();

  private Rehearsal(Plan plan) {
    this.plan = plan;
  }

  /** Lines of 80 columns. */
  static List<String> lines(Plan plan) {
    return lines(plan, Limits.ofThisMachine(plan.target().subscribe("any")));
  }

  /** The same for a machine with these limits. */
  static List<String> lines(Plan plan, Limits limits) {
    var rehearsal = new Rehearsal(plan);
    rehearsal.timeline();
    rehearsal.sums();
    rehearsal.needs(limits);
    return rehearsal.lines;
  }

  private void timeline() {
    var load = plan.load();
    var behaviour = plan.behaviour();
    double ramp = plan.span().ramp().toNanos() / SECOND;
    at(
        Duration.ZERO,
        "connect %s users, %s a second%s"
            .formatted(
                Spans.number(plan.users()),
                Spans.number(Math.round(plan.users() / ramp)),
                cohorts(behaviour)));
    Duration publish = plan.span().ramp();
    at(
        publish,
        load.rate() + load.broadcastRate() == 0
            ? "publish nothing"
            : "publish %s/s to one user each%s"
                .formatted(
                    Numbers.plain(load.rate()),
                    load.broadcastRate() > 0
                        ? ", " + Numbers.plain(load.broadcastRate()) + "/s to all"
                        : ""));
    if (behaviour.churnPerSecond() > 0) {
      at(
          publish,
          "%s users a second leave, for %s on average"
              .formatted(
                  Numbers.plain(behaviour.churnPerSecond()), Numbers.seconds(behaviour.offline())));
    }
    Duration measure = publish.plus(plan.span().warmup());
    at(measure, "measure for " + Numbers.seconds(plan.span().measure()));
    for (Storm storm :
        behaviour.storms().stream().sorted(Comparator.comparing(Storm::at)).toList()) {
      at(measure.plus(storm.at()), told(storm));
    }
    Duration end = measure.plus(plan.span().measure());
    at(end, "stop publishing, and wait at most " + Numbers.seconds(plan.span().drain()));
    at(end.plus(plan.span().drain()), "over at the latest");
  }

  private static String cohorts(Plan.Behaviour behaviour) {
    String slow = behaviour.slow() > 0 ? Numbers.percent(behaviour.slow()) + " slow" : "";
    String stalled =
        behaviour.stalled() > 0 ? Numbers.percent(behaviour.stalled()) + " stalled" : "";
    String both = slow.isEmpty() || stalled.isEmpty() ? slow + stalled : slow + ", " + stalled;
    return both.isEmpty() ? "" : " (" + both + ")";
  }

  private String told(Storm storm) {
    return switch (storm) {
      case Storm.Cut cut ->
          "%s %s of the connections: about %s"
              .formatted(
                  cut.how(),
                  Numbers.percent(cut.share()),
                  Spans.number(Math.round(cut.share() * plan.users())));
      case Storm.Run run -> "run: " + run.command();
    };
  }

  private void at(Duration when, String what) {
    lines.add("%8s  %s".formatted(Spans.clock(when.toMillis() / 1000.0), what));
  }

  private void sums() {
    var load = plan.load();
    double seconds = plan.span().warmup().plus(plan.span().measure()).toNanos() / SECOND;
    double publishes = (load.rate() + load.broadcastRate()) * seconds;
    double perSecond = load.rate() + load.broadcastRate() * plan.users();
    lines.add("");
    lines.add(
        "publishes   %s, of %s each"
            .formatted(Spans.number(Math.round(publishes)), bytes(load.size())));
    lines.add(
        "deliveries  %s, %s a second"
            .formatted(
                Spans.number(Math.round(perSecond * seconds)),
                Spans.number(Math.round(perSecond))));
    double rate = perSecond * (load.size() + FRAME_BYTES);
    lines.add("received    about %s, %s a second".formatted(bytes(rate * seconds), bytes(rate)));
  }

  private void needs(Limits limits) {
    long sockets = plan.users() + plan.generator().lanes() + 1L;
    int sources = Math.max(1, plan.generator().sources().size());
    lines.add(
        "files       %s%s"
            .formatted(Spans.number(sockets + Preflight.OTHER_FILES), have(limits.files(), 1)));
    lines.add("ports       %s%s".formatted(Spans.number(sockets), have(limits.ports(), sources)));
    long kib =
        (long) plan.users()
            * (plan.engine() == EngineKind.sdk ? Preflight.SDK_KIB : Preflight.RAW_KIB);
    lines.add(
        "memory      about %s for the users; the heap may grow to %s"
            .formatted(bytes(kib * 1024.0), bytes(limits.heapKib() * 1024.0)));
    List<Preflight.Problem> problems = Preflight.problems(plan, limits);
    if (!problems.isEmpty()) {
      lines.add("✗ this machine cannot do it:");
      lines.addAll(Preflight.rows(problems));
    }
  }

  private static String have(OptionalLong limit, int times) {
    return limit.isEmpty() ? "" : " of " + Spans.number(limit.getAsLong() * times);
  }

  private static String bytes(double bytes) {
    String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < units.length - 1) {
      value /= 1024;
      unit++;
    }
    return String.format(
        Locale.ROOT, value < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", value, units[unit]);
  }
}
