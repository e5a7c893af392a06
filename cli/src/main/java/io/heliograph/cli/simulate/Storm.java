package io.heliograph.cli.simulate;

import java.time.Duration;

/** Something that ends many connections at once. */
sealed interface Storm {
  /** When, since the measured span began. */
  Duration at();

  /**
   * The network breaks for a share of the users.
   *
   * @param share of the users, above 0 and at most 1
   * @param reset whether by RST; else by FIN
   */
  record Cut(Duration at, double share, boolean reset) implements Storm {}

  /** A command of the shell runs, such as one that restarts the server. */
  record Run(Duration at, String command) implements Storm {}
}
