package io.heliograph.cli.load.meter;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Whether the figures of a run are about the server, or about the program that took them.
 *
 * @param reasons what speaks against it, worst first; empty if valid
 */
public record Verdict(State state, List<String> reasons) {
  // A share of the processors; below it others are no explanation.
  private static final double BUSY = 0.25;

  /** From good to bad. */
  public enum State {
    VALID,
    SUSPECT,
    INVALID
  }

  /**
   * What the generator noticed of itself.
   *
   * @param lagP99Millis how late publishes began though nothing but this program kept them waiting
   * @param plannedPublishes how many were due
   * @param startedPublishes how many were begun
   * @param droppedPublishes given up because they could not begin in time
   * @param hiccupP999Millis by how much the sleep of a thread was exceeded
   * @param hiccupBeforeMillis the longest before the measured span, where programs are compiled
   * @param longestPauseMillis of the garbage collector
   * @param pauseBeforeMillis the same before the measured span
   * @param pauseShare of the measured time, 0 to 1
   * @param busiestThreadSeconds95 for how long in a row one thread used more than 95 % of a core
   * @param busiestThread5s the busiest thread's share of a core over 5 s, 0 to 1
   * @param stolenShare of the processors' time that the hypervisor gave to others, 0 to 1
   * @param othersShare of the processors' time that programs other than this one and the server
   *     used, 0 to 1
   * @param localErrors no file, no port, no memory: limits of this machine
   */
  public record Evidence(
      double lagP99Millis,
      double lagMaxMillis,
      long plannedPublishes,
      long startedPublishes,
      long droppedPublishes,
      double hiccupP999Millis,
      double hiccupMaxMillis,
      double hiccupBeforeMillis,
      double longestPauseMillis,
      double pauseBeforeMillis,
      double pauseShare,
      double busiestThreadSeconds95,
      double busiestThread5s,
      double stolenShare,
      double othersShare,
      long localErrors) {}

  /** One thing that speaks against the figures; {@code text} is empty where it is VALID. */
  private record Reason(State state, String text) {
    static final Reason NONE = new Reason(State.VALID, "");

    static Reason judged(double value, double suspectAbove, double invalidAbove, String text) {
      return value > suspectAbove
          ? new Reason(
              value > invalidAbove ? State.INVALID : State.SUSPECT,
              String.format(Locale.ROOT, text, value))
          : NONE;
    }

    boolean atLeastAsBadAs(Reason other) {
      return state.compareTo(other.state) >= 0;
    }

    /** Of several figures of one cause, the worst; of equally bad ones, the first. */
    static Reason worst(Reason... reasons) {
      return Stream.of(reasons).reduce(NONE, (a, b) -> a.atLeastAsBadAs(b) ? a : b);
    }
  }

  /**
   * Pure: same evidence, same verdict. Each cause is named once, and what only follows from a cause
   * that already makes the run invalid is not named.
   */
  public static Verdict of(Evidence e) {
    var causes = new ArrayList<>(List.of(collector(e), stolen(e), thread(e)));
    Reason held = held(e);
    // Both hold a program up: that it was, is then no reason of its own.
    boolean byCollector =
        collector(e).atLeastAsBadAs(held) && e.longestPauseMillis * 2 >= e.hiccupMaxMillis;
    if (!byCollector && !stolen(e).atLeastAsBadAs(held)) {
      causes.addFirst(held);
    }
    if (e.localErrors > 0) {
      causes.add(
          new Reason(
              State.INVALID,
              e.localErrors + " errors of this machine: no file, port or memory left"));
    }
    var reasons = new ArrayList<>(causes);
    if (causes.stream().noneMatch(cause -> cause.state == State.INVALID)) {
      reasons.add(late(e));
      reasons.add(notBegun(e));
    }
    reasons.removeIf(reason -> reason.state == State.VALID);
    reasons.sort(Comparator.comparing(Reason::state).reversed()); // Stable.
    return new Verdict(
        reasons.isEmpty() ? State.VALID : reasons.getFirst().state,
        reasons.stream().map(Reason::text).toList());
  }

  private static Reason held(Evidence e) {
    String who =
        e.othersShare > BUSY
            ? String.format(
                Locale.ROOT,
                "other programs used %.0f %% of the processors and held this program up",
                e.othersShare * 100)
            : "this program was held up";
    return Reason.worst(
        Reason.judged(e.hiccupMaxMillis, 100, 500, who.replace("%", "%%") + ": hiccup max %.0f ms"),
        Reason.judged(
            e.hiccupP999Millis, 20, 100, who.replace("%", "%%") + ": hiccup p99.9 %.1f ms"),
        // While it connects only what makes figures wrong counts: connect.* is of the whole run.
        Reason.judged(
            e.hiccupBeforeMillis,
            500,
            500,
            "this program was held up before it measured: hiccup max %.0f ms"));
  }

  private static Reason collector(Evidence e) {
    return Reason.worst(
        Reason.judged(e.longestPauseMillis, 50, 250, "the garbage collector paused it for %.0f ms"),
        Reason.judged(e.pauseShare * 100, 2, 10, "the garbage collector took %.1f %% of the time"),
        Reason.judged(
            e.pauseBeforeMillis,
            250,
            250,
            "the garbage collector paused it before it measured for %.0f ms"));
  }

  private static Reason stolen(Evidence e) {
    return Reason.judged(
        e.stolenShare * 100, 2, 10, "other machines took %.1f %% of the processors");
  }

  private static Reason thread(Evidence e) {
    return Reason.worst(
        Reason.judged(
            e.busiestThreadSeconds95 >= 10 ? e.busiestThreadSeconds95 : 0,
            0,
            0,
            "one of its threads used a whole core for %.0f s"),
        Reason.judged(
            e.busiestThread5s * 100,
            80,
            Double.MAX_VALUE,
            "one of its threads used %.0f %% of a core"));
  }

  private static Reason late(Evidence e) {
    return Reason.worst(
        Reason.judged(e.lagP99Millis, 5, 50, "publishes began late: lag p99 %.1f ms"),
        Reason.judged(e.lagMaxMillis, 100, 1000, "publishes began late: lag max %.0f ms"));
  }

  private static Reason notBegun(Evidence e) {
    if (e.droppedPublishes > 0) {
      return new Reason(
          State.INVALID,
          e.droppedPublishes + " publishes could not begin in time and were dropped");
    }
    double missing =
        e.plannedPublishes == 0 ? 0 : 100 - 100.0 * e.startedPublishes / e.plannedPublishes;
    return Reason.judged(missing, 0.5, 2, "%.1f %% of the planned publishes were not begun");
  }
}
