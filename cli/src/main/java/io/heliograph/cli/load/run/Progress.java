package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.result.Summary;
import java.util.Map;

/** Hears how a run is going, once a second, on the sampler's thread. */
public interface Progress extends AutoCloseable {
  /**
   * The state of a run.
   *
   * @param phase {@code connect}, {@code warm up}, {@code measure} or {@code drain}
   * @param phaseSeconds since the phase began
   * @param phaseLength how long it is to be
   * @param counts since the start of the run
   * @param owed what has been accepted so far for users that can receive it
   */
  record Status(
      String phase,
      double phaseSeconds,
      double phaseLength,
      Summary.Second second,
      Map<Count, Long> counts,
      long owed) {}

  void tick(Status status);

  /** Nobody looks. */
  static Progress none() {
    return new Progress() {
      @Override
      public void tick(Status status) {
        // Nobody wants to see it.
      }

      @Override
      public void close() {
        // Nothing was shown.
      }
    };
  }

  /** Leaves the terminal as it was. */
  @Override
  void close();
}
