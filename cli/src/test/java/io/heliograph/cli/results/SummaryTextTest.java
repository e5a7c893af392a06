package io.heliograph.cli.results;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Golden;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.load.result.Summaries;
import io.heliograph.cli.shell.Paint;
import java.util.List;
import org.junit.jupiter.api.Test;

final class SummaryTextTest {
  @Test
  void aGoodRunLooksAsWritten() {
    assertGolden(
        "summary-good.txt", SummaryText.of(Summaries.good(), Paint.OFF, "./sim/report.html"));
  }

  @Test
  void aLossyRunLooksAsWrittenInColour() {
    assertGolden("summary-lossy-colour.txt", SummaryText.of(Summaries.lossy(), Paint.ON, null));
  }

  @Test
  void anInvalidRunLooksAsWritten() {
    assertGolden("summary-invalid.txt", SummaryText.of(Summaries.invalid(), Paint.OFF, null));
  }

  @Test
  void aPercentileOfTooFewSamplesIsNoFigure() {
    assertThat(SummaryText.percentile(Summaries.good().latency(Timing.DELIVERY_REPLAY), 99))
        .isEqualTo("-"); // 500 samples: five lie above, and ten are needed.
  }

  private static void assertGolden(String name, List<String> lines) {
    assertThat(lines)
        .allMatch(
            line -> line.replaceAll("\033\\[[0-9;]*m", "").length() <= 80, "at most 80 columns");
    assertThat(String.join("\n", lines)).isEqualTo(Golden.of(SummaryTextTest.class, name, lines));
  }
}
