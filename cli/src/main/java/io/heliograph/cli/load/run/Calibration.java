package io.heliograph.cli.load.run;

import io.heliograph.cli.load.plan.SimulatePlan;
import io.heliograph.cli.load.result.Summary;
import java.util.Comparator;
import java.util.List;

/**
 * What this program can do on a machine: measured of a server that does nothing.
 *
 * @param host whose machine
 * @param processors it had then; a machine that has others now is another one
 * @param mostPerSecond the most deliveries a second at which it was fit to measure
 */
public record Calibration(
    String host,
    SimulatePlan.EngineKind engine,
    int processors,
    String java,
    String measuredAt,
    double mostPerSecond,
    List<Point> points) {
  private static final double FACTOR = 2;

  /**
   * One load.
   *
   * @param rate deliveries a second
   * @param p50Us of delivery.live
   */
  public record Point(double users, double rate, double p50Us, double p99Us) {}

  /** What it says of a run with this rate, whose delivery.live has this 99th percentile. */
  public Summary.Floor floor(double rate, double p99Us) {
    Point nearest =
        points.stream()
            .min(Comparator.comparingDouble(point -> Math.abs(Math.log(point.rate / rate))))
            .orElseThrow();
    return new Summary.Floor(
        nearest.users,
        nearest.rate,
        nearest.p50Us,
        nearest.p99Us,
        mostPerSecond,
        measuredAt,
        p99Us < FACTOR * nearest.p99Us);
  }
}
