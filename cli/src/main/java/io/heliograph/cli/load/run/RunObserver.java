package io.heliograph.cli.load.run;

import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.result.Summary;
import java.util.Map;

/** Hears how a run goes. Each method is called by a thread of its own, so none holds up the run. */
public interface RunObserver {
  /**
   * The state of a run.
   *
   * @param phase {@code connect}, {@code warm up}, {@code measure} or {@code drain}
   * @param phaseSeconds since the phase began
   * @param phaseLength how long it is planned to take
   * @param counts since the start of the run
   * @param owed accepted so far for users that can receive it
   */
  record Status(
      String phase,
      double phaseSeconds,
      double phaseLength,
      Summary.Second second,
      Map<Count, Long> counts,
      long owed) {}

  /** Called once a second. */
  void second(Status status);

  /** A command of the plan failed. */
  void trouble(String text);
}
