package io.heliograph.cli.simulate;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.RunObserver.Status;
import io.heliograph.cli.shell.Paint;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How a run is going, as text: one line, or a picture of a few. Pure. */
final class StatusText {
  private static final String BARS = "▁▂▃▄▅▆▇█";

  private StatusText() {}

  static String line(Status s) {
    Second second = s.second();
    String latency =
        Double.isNaN(second.p99())
            ? ""
            : "  p50 "
                + Spans.micros(second.p50())
                + " p99 "
                + Spans.micros(second.p99())
                + " max "
                + Spans.micros(second.max());
    return "%-8s %s/%s  users %s  delivered %s/s%s  missing %s  doubled %s  order %s  misrouted %s"
        .formatted(
            s.phase(),
            Spans.clock(Math.floor(s.phaseSeconds())),
            Spans.clock(s.phaseLength()),
            number(second.users()),
            number(second.delivered()),
            latency,
            number(missing(s)),
            number(count(s, Count.DUP_LIVE)),
            number(count(s, Count.ORDER_VIOLATIONS)),
            number(count(s, Count.MISROUTED)));
  }

  /** A picture of 80 columns. {@code recent} are the last seconds, the newest last. */
  static List<String> picture(
      Status s, String scenario, long target, List<Second> recent, Paint paint) {
    Second second = s.second();
    var sparks = new StringBuilder();
    double most =
        recent.stream().mapToDouble(r -> Double.isNaN(r.p99()) ? 0 : r.p99()).max().orElse(0);
    for (Second past : recent) {
      double share = most <= 0 || Double.isNaN(past.p99()) ? 0 : past.p99() / most;
      sparks.append(BARS.charAt((int) Math.round(share * (BARS.length() - 1))));
    }
    String lag = Spans.micros(second.lagMax());
    boolean late = second.lagMax() > 100_000;
    var rows = new ArrayList<String>();
    rows.addAll(
        List.of(
            paint.bold("%-14s".formatted(scenario))
                + "%-9s%s / %s"
                    .formatted(
                        s.phase(),
                        Spans.clock(Math.floor(s.phaseSeconds())),
                        Spans.clock(s.phaseLength()))
                + "      generator cpu "
                + Spans.number(Math.round(second.generatorCpu() * 100) / 100.0)
                + "  lag max "
                + (late ? paint.red(lag) : paint.green(lag)),
            row(
                "users",
                number(second.users())
                    + " of "
                    + Spans.number(target)
                    + " ready   ended "
                    + number(second.disconnects())
                    + "/s   back "
                    + number(second.returns())
                    + "/s"),
            row(
                "publish",
                number(second.accepted())
                    + "/s of "
                    + number(second.planned())
                    + "/s planned   rejected "
                    + alarming(s, Count.PUBLISH_REJECTED, paint)
                    + "   no answer "
                    + alarming(s, Count.PUBLISH_INDETERMINATE, paint)),
            row(
                "delivery",
                number(second.delivered())
                    + "/s   p50 "
                    + micros(second.p50())
                    + "  p99 "
                    + micros(second.p99())
                    + "  max "
                    + micros(second.max())
                    + "  "
                    + paint.cyan(sparks.toString())),
            row(
                "check",
                "owed "
                    + Spans.number(s.owed())
                    + "  seen "
                    + number(count(s, Count.DELIVERED))
                    + "  on the way "
                    + number(missing(s))
                    + "  doubled "
                    + alarming(s, Count.DUP_LIVE, paint)),
            row(
                "",
                "out of order "
                    + alarming(s, Count.ORDER_VIOLATIONS, paint)
                    + "  misrouted "
                    + alarming(s, Count.MISROUTED, paint)
                    + "  corrupt "
                    + alarming(s, Count.CORRUPT, paint)
                    + "  gaps "
                    + number(count(s, Count.GAPS))),
            row(
                "server",
                Double.isNaN(second.serverRss())
                    ? "not on this machine"
                    : "rss "
                        + number(second.serverRss())
                        + " MiB   cpu "
                        + String.format(Locale.ROOT, "%.2f", second.serverCpu()))));
    return rows;
  }

  private static String row(String label, String text) {
    return "%-10s".formatted(label) + text;
  }

  private static double missing(Status s) {
    return Math.max(0, s.owed() - count(s, Count.DELIVERED));
  }

  private static double count(Status s, Count count) {
    return s.counts().getOrDefault(count, 0L);
  }

  private static String alarming(Status s, Count count, Paint paint) {
    String number = number(count(s, count));
    return count(s, count) > 0 ? paint.red(number) : number;
  }

  private static String number(double value) {
    return Spans.number(Math.round(value));
  }

  private static String micros(double value) {
    return Double.isNaN(value) ? "-" : Spans.micros(value);
  }
}
