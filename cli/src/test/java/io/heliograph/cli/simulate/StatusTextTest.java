package io.heliograph.cli.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.Golden;
import io.heliograph.cli.load.meter.Count;
import io.heliograph.cli.load.result.Summary.Second;
import io.heliograph.cli.load.run.RunObserver.Status;
import io.heliograph.cli.shell.Paint;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class StatusTextTest {
  private static final Second CALM =
      new Second(
          139, 9998, 2200, 2200, 2203, 2003, 11_807, 188_000, 0, 0, 8, 9000, 0.61, 0.87, 412, 0.74);
  private static final Second WILD =
      new Second(
          140, 2000, 2200, 2200, 400, 2003, 80_000, 188_000, 0, 2310, 8000, 209_000, 0.9, 0.9, 431,
          1);
  private static final Status STATUS =
      new Status(
          "measure",
          134.4,
          240,
          WILD,
          Map.of(
              Count.DELIVERED,
              324_699L,
              Count.ORDER_VIOLATIONS,
              2L,
              Count.PUBLISH_INDETERMINATE,
              3L),
          324_702);

  @ParameterizedTest
  @EnumSource
  void thePictureIsAsWritten(Paint paint) {
    List<String> lines =
        StatusText.picture(STATUS, "storm", 10_000, List.of(CALM, CALM, WILD), paint);

    assertThat(lines).allMatch(line -> line.replaceAll("\033\\[[0-9;]*m", "").length() <= 80);
    String file = paint == Paint.ON ? "dashboard-colour.txt" : "dashboard.txt";
    assertThat(String.join("\n", lines)).isEqualTo(Golden.of(StatusTextTest.class, file, lines));
  }

  @Test
  void theLineSaysTheSame() {
    assertThat(StatusText.line(STATUS))
        .isEqualTo(
            "measure  2:14/4:00  users 2,000  delivered 400/s  p50 2.00ms p99 80.0ms max 188ms"
                + "  missing 3  doubled 0  order 2  misrouted 0");
  }
}
