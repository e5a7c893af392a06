package io.heliograph.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.cli.Shells;
import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.RunObserver.Status;
import io.heliograph.cli.shell.Paint;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ShownProgressTest {
  private static final Second SECOND =
      new Second(
          140, 2000, 2200, 2200, 400, 2003, 80_000, 188_000, 0, 2310, 8000, 209_000, 0.9, 0.9, 431,
          1);

  private static Status status(Map<Count, Long> counts) {
    return new Status("measure", 134.4, 240, SECOND, counts, 324_702);
  }

  @Test
  void aLineTellsPhaseLoadAndWhatIsMissing() {
    assertThat(ShownProgress.line(status(Map.of(Count.DELIVERED, 324_699L)), Paint.ON))
        .isEqualTo("measure  2:14/4:00  users 2,000  400/s  p99 80.0ms  missing 3  wrong 0");
  }

  @Test
  void whatMustNotHappenIsAddedUpAndRed() {
    Map<Count, Long> counts =
        Map.of(Count.DELIVERED, 324_702L, Count.ORDER_VIOLATIONS, 2L, Count.MISROUTED, 1L);

    assertThat(ShownProgress.line(status(counts), Paint.ON))
        .endsWith("missing 0  \033[31mwrong 3\033[0m");
  }

  @Test
  void aTerminalHasOneLineThatAMessageDoesNotMixWith() {
    var err = new ByteArrayOutputStream();
    var shell = Shells.onTerminal(Map.of(), OutputStream.nullOutputStream(), err);

    try (var progress = new ShownProgress(shell.notices(), true, Paint.OFF)) {
      progress.tick(status(Map.of()));
      await().until(() -> err.toString(StandardCharsets.UTF_8).endsWith("wrong 0\033[?7h"));
      shell.notices().say("something else");
    }

    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("\033[?7lmeasure ") // One row also where it is narrow: cut, not wrapped.
        .endsWith("wrong 0\033[?7h\r\033[K! something else\n");
  }
}
