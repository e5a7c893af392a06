package io.heliograph.server.log.file;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Lives and deaths of logs. {@code -Dcrash.seeds=1000} tries more, {@code -Dcrash.first=N} begins
 * with another seed.
 */
class CrashSimulationTest {

  private static final int GENERATIONS = 4;

  private final Logger logger = Logger.getLogger("io.heliograph.server.log.file");

  @BeforeEach
  void silence() {
    logger.setLevel(Level.OFF); // It tells of every damage.
  }

  @AfterEach
  void tell() {
    logger.setLevel(null);
  }

  @Test
  void nothingAcknowledgedIsLostAndNothingElseIsServed() {
    long first = Long.getLong("crash.first", 1);
    int seeds = Integer.getInteger("crash.seeds", 50);
    for (long seed = first; seed < first + seeds; seed++) {
      try {
        new CrashSimulation(seed).run(GENERATIONS);
      } catch (Exception | Error e) {
        throw new AssertionError(
            "seed " + seed + "; repeat it with -Dcrash.first=" + seed + " -Dcrash.seeds=1", e);
      }
    }
  }
}
