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

  public enum State {
    VALID,
    SUSPECT,
    INVALID
  }

  /**
   * What the generator noticed of itself.
   *
   * @param lagP99Millis how late publishes began though nothing but this program kept them waiting
   * @param droppedPublishes given up because they could not begin in time
   * @param hiccupP999Millis by how much the sleep of a thread was exceeded
   * @param hiccupBeforeMillis the longest before the measured span, where programs are compiled
   * @param stolenShare of the processors' time that the hypervisor gave to others, 0 to 1
   * @param othersShare of the processors' time that programs other than this one and the server
   *     used, 0 to 1
   * @param localErrors no file, no port, no memory: limits of this machine
   */
  public record Evidence(
      double lagP99Millis,
      double lagMaxMillis,
      long droppedPublishes,
      double hiccupP999Millis,
      double hiccupMaxMillis,
      double hiccupBeforeMillis,
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
    var causes = new ArrayList<>(List.of(stolen(e)));
    Reason interrupted = interrupted(e);
    // A processor that another machine has holds this program up: that it was is no other reason.
    if (!stolen(e).atLeastAsBadAs(interrupted)) {
      causes.addFirst(interrupted);
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
      if (e.droppedPublishes > 0) {
        reasons.add(
            new Reason(
                State.INVALID,
                e.droppedPublishes + " publishes could not begin in time and were dropped"));
      }
    }
    reasons.removeIf(reason -> reason.state == State.VALID);
    reasons.sort(Comparator.comparing(Reason::state).reversed()); // Stable.
    return new Verdict(
        reasons.isEmpty() ? State.VALID : reasons.getFirst().state,
        reasons.stream().map(Reason::text).toList());
  }

  /** What kept this program from running: other programs, or nobody knows what. */
  private static Reason interrupted(Evidence e) {
    String who =
        e.othersShare > BUSY
            ? String.format(
                Locale.ROOT,
                "other programs used %.0f %%%% of the processors and held this program up",
                e.othersShare * 100)
            : "this program was held up";
    return Reason.worst(
        Reason.judged(e.hiccupMaxMillis, 100, 500, who + ": hiccup max %.0f ms"),
        Reason.judged(e.hiccupP999Millis, 20, 100, who + ": hiccup p99.9 %.1f ms"),
        // While it connects only what makes figures wrong counts: connect.* is of the whole run.
        Reason.judged(
            e.hiccupBeforeMillis,
            500,
            500,
            "this program was held up before it measured: hiccup max %.0f ms"));
  }

  private static Reason stolen(Evidence e) {
    return Reason.judged(
        e.stolenShare * 100, 2, 10, "other machines took %.1f %% of the processors");
  }

  private static Reason late(Evidence e) {
    return Reason.worst(
        Reason.judged(e.lagP99Millis, 5, 50, "publishes began late: lag p99 %.1f ms"),
        Reason.judged(e.lagMaxMillis, 100, 1000, "publishes began late: lag max %.0f ms"));
  }
}
