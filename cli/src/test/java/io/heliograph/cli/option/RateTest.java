package io.heliograph.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class RateTest {

  @Test
  void aRateIsANumberOrAShareOverATime() {
    assertThat(convert("200/s")).isEqualTo(new Rate(200, false));
    assertThat(convert("12k/m")).isEqualTo(new Rate(200, false));
    assertThat(convert("30%/m")).isEqualTo(new Rate(0.005, true));
    assertThat(convert("0.5")).isEqualTo(new Rate(0.5, false));
    assertThat(convert("0/s").of(100)).isZero();
    assertThat(convert("50%/s").of(100)).isEqualTo(50);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1/s", "+1/s", "1/d", "1 /s", "\u0665/s", "1e3/s", "1./s", "k/s"})
  void whatIsNoRateIsRefused(String text) {
    refused(text);
  }

  /** As a number it would be infinite, and the run would never end its first second. */
  @Test
  void aRateThatNoNumberHoldsIsRefused() {
    refused("9".repeat(400) + "/s");
  }

  private static Rate convert(String text) {
    return new Rate.Converter().convert(text);
  }

  private static void refused(String text) {
    assertThatThrownBy(() -> convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessage("'" + text + "' is no rate; write 200/s, 12k/m or 5%/m");
  }
}
