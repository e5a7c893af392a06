package io.heliograph.cli.load.run;

import io.heliograph.cli.load.plan.Numbers;
import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.publish.Pace;
import io.heliograph.cli.load.result.Spans;
import io.heliograph.cli.load.users.Storms;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What whoever watches a run does to it by keys, and what they have done: such a run has departed
 * from its plan, and its report says so. Thread-safe.
 */
public final class Steering {
  /** What stands on the dashboard. */
  static final String KEYS = "q stop  s storm now  + - rate  p pause";

  private static final double SECOND = 1e9;
  private static final double STEP = 1.25;
  private static final double LEAST = 0.01;
  private static final double MOST = 100;

  private final double rate;
  private final boolean publishes;
  // Guarded by this.
  private final List<String> departures = new ArrayList<>();
  private @Nullable Pace pace;
  private @Nullable Storms storms;
  private long from;
  private double factor = 1;
  private boolean paused;
  private boolean heard;

  /**
   * Of a run that has not begun.
   *
   * @param load as planned
   */
  public Steering(SimulatePlan.Load load) {
    this.rate = load.rate();
    this.publishes = load.rate() > 0 || load.broadcastRate() > 0;
  }

  /** Somebody listens to keys, so that the dashboard may name them. */
  public synchronized void heard() {
    heard = true;
  }

  /** From now on keys have something to act on. */
  synchronized void begin(Pace newPace, Storms newStorms, long measureFrom) {
    pace = newPace;
    storms = newStorms;
    from = measureFrom;
  }

  /** The plan is over: what comes now is the drain. */
  synchronized void end() {
    pace = null;
    storms = null;
  }

  /** A key was pressed; what is none of ours, or comes when it can do nothing, does nothing. */
  public synchronized void press(char key) {
    if (pace == null || storms == null) {
      return;
    }
    switch (key) {
      case 's' -> {
        if (storms.now()) {
          departed("storm");
        }
      }
      case '+', '=' -> change(Math.min(MOST, factor * STEP), paused);
      case '-', '_' -> change(Math.max(LEAST, factor / STEP), paused);
      case 'p' -> change(factor, !paused);
      default -> {
        // A finger that slipped.
      }
    }
  }

  /** The run is to end before its time. */
  public synchronized void stopped() {
    departed("stop");
  }

  private void change(double newFactor, boolean nowPaused) {
    if (!publishes || pace == null) {
      return;
    }
    factor = Math.abs(newFactor - 1) < 1e-9 ? 1 : newFactor;
    if (nowPaused != paused) {
      departed(nowPaused ? "pause" : "go on");
    } else {
      departed(rate > 0 ? "rate " + perSecond() : "rate × " + Numbers.plain(rounded(factor)));
    }
    paused = nowPaused;
    pace.steer(paused ? 0 : factor);
  }

  private String perSecond() {
    return Numbers.plain(rounded(rate * factor)) + "/s";
  }

  private static double rounded(double value) {
    return Math.round(value * 100) / 100.0;
  }

  private void departed(String what) {
    departures.add(what + when());
  }

  private String when() {
    if (pace == null) {
      return "";
    }
    double seconds = (System.nanoTime() - from) / SECOND;
    return seconds < 0 ? " in the warm-up" : " at " + Spans.clock(Math.floor(seconds));
  }

  /** What was done, in order, with the time in the measured span. */
  synchronized List<String> departures() {
    return List.copyOf(departures);
  }

  /** For the dashboard; empty where nobody listens. */
  synchronized String shown() {
    String state = paused ? "   PAUSED" : factor == 1 ? "" : "   now x " + rounded(factor);
    return heard ? KEYS + state : "";
  }
}
