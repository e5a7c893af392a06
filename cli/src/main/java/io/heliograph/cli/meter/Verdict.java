package io.heliograph.cli.meter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether the figures of a run are about the server, or about the program that took them.
 *
 * @param reasons what speaks against it, worst first; empty if valid
 */
public record Verdict(State state, List<String> reasons) {
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
      long localErrors) {}

  /** Pure: same evidence, same verdict. */
  public static Verdict of(Evidence e) {
    var invalid = new ArrayList<String>();
    var suspect = new ArrayList<String>();
    judge(e.lagP99Millis, 5, 50, "publishes began late: lag p99 %.1f ms", invalid, suspect);
    judge(e.lagMaxMillis, 100, 1000, "publishes began late: lag max %.0f ms", invalid, suspect);
    judge(
        e.hiccupP999Millis,
        20,
        100,
        "this program was held up: hiccup p99.9 %.1f ms",
        invalid,
        suspect);
    judge(
        e.hiccupMaxMillis,
        100,
        500,
        "this program was held up: hiccup max %.0f ms",
        invalid,
        suspect);
    judge(
        e.longestPauseMillis,
        50,
        250,
        "the garbage collector paused it for %.0f ms",
        invalid,
        suspect);
    // While it connects only what makes figures wrong counts: connect.* is of the whole run.
    judge(
        e.hiccupBeforeMillis,
        500,
        500,
        "this program was held up before it measured: hiccup max %.0f ms",
        invalid,
        suspect);
    judge(
        e.pauseBeforeMillis,
        250,
        250,
        "the garbage collector paused it before it measured for %.0f ms",
        invalid,
        suspect);
    judge(
        e.pauseShare * 100,
        2,
        10,
        "the garbage collector took %.1f %% of the time",
        invalid,
        suspect);
    judge(
        e.stolenShare * 100,
        2,
        10,
        "other machines took %.1f %% of the processors",
        invalid,
        suspect);
    judge(
        e.busiestThread5s * 100,
        80,
        Double.MAX_VALUE,
        "one of its threads used %.0f %% of a core",
        invalid,
        suspect);
    if (e.busiestThreadSeconds95 >= 10) {
      invalid.add(
          String.format(
              Locale.ROOT,
              "one of its threads used a whole core for %.0f s",
              e.busiestThreadSeconds95));
    }
    if (e.droppedPublishes > 0) {
      invalid.add(e.droppedPublishes + " publishes could not begin in time and were dropped");
    }
    if (e.plannedPublishes > 0) {
      double done = 100.0 * e.startedPublishes / e.plannedPublishes;
      if (done < 99.5) {
        (done < 98 ? invalid : suspect)
            .add(
                String.format(
                    Locale.ROOT, "only %.1f %% of the planned publishes were begun", done));
      }
    }
    if (e.localErrors > 0) {
      invalid.add(e.localErrors + " errors of this machine: no file, port or memory left");
    }
    State state =
        !invalid.isEmpty() ? State.INVALID : suspect.isEmpty() ? State.VALID : State.SUSPECT;
    invalid.addAll(suspect);
    return new Verdict(state, List.copyOf(invalid));
  }

  private static void judge(
      double value,
      double suspectAbove,
      double invalidAbove,
      String text,
      List<String> invalid,
      List<String> suspect) {
    if (value > suspectAbove) {
      (value > invalidAbove ? invalid : suspect).add(String.format(Locale.ROOT, text, value));
    }
  }
}
