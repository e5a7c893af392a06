package io.heliograph.cli.load.run;

import io.heliograph.cli.load.result.Summary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;

/**
 * Doubles a load until it is too much, then tries once in the middle between the last that was good
 * and the first that was not.
 *
 * @param steps in the order in which they were tried
 * @param limited whether it ended because this machine can ask for no more
 */
public record Staircase(List<Step> steps, boolean limited) {
  /**
   * One try.
   *
   * @param load what was asked for: publishes a second, or users
   * @param good whether it was held
   */
  public record Step(double load, boolean good, Summary summary) {}

  /** Tries one load. */
  @FunctionalInterface
  public interface Attempt {
    Step at(double load) throws InterruptedException, IOException, UnreachableException;
  }

  /**
   * Climbs.
   *
   * @param most how many steps up at most
   * @param able whether this machine can ask for a load; not asked of the first
   */
  public static Staircase climb(double first, int most, DoublePredicate able, Attempt attempt)
      throws InterruptedException, IOException, UnreachableException {
    var steps = new ArrayList<Step>();
    double load = first;
    for (int i = 0; i < most; i++) {
      if (i > 0 && !able.test(load)) {
        return new Staircase(List.copyOf(steps), true);
      }
      Step step = attempt.at(load);
      steps.add(step);
      if (step.summary.ending() == Summary.Ending.INTERRUPTED) {
        break; // Somebody wants it to end.
      }
      if (!step.good) {
        if (i > 0) {
          steps.add(attempt.at(Math.rint(load * 0.75)));
        }
        break;
      }
      load *= 2;
    }
    return new Staircase(List.copyOf(steps), false);
  }

  /** The highest load that was held; none if the first was too much. */
  public Optional<Step> best() {
    return steps.stream().filter(Step::good).max(Comparator.comparingDouble(Step::load));
  }
}
