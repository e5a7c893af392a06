package io.heliograph.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class PaintTest {
  private static final boolean TERMINAL = true;
  private static final boolean PIPE = false;

  @Test
  void aTerminalIsColoredAndAPipeIsNot() {
    assertThat(Paint.of(Map.of(), TERMINAL)).isEqualTo(Paint.ON);
    assertThat(Paint.of(Map.of(), PIPE)).isEqualTo(Paint.OFF);
  }

  @Test
  void ourVariableWinsOverConventions() {
    assertThat(Paint.of(Map.of("SSE_CLI_COLOR", "always", "NO_COLOR", "1"), PIPE))
        .isEqualTo(Paint.ON);
    assertThat(Paint.of(Map.of("SSE_CLI_COLOR", "never", "CLICOLOR_FORCE", "1"), TERMINAL))
        .isEqualTo(Paint.OFF);
  }

  @Test
  void conventionsAreKept() {
    assertThat(Paint.of(Map.of("NO_COLOR", "1", "CLICOLOR_FORCE", "1"), TERMINAL))
        .isEqualTo(Paint.OFF);
    assertThat(Paint.of(Map.of("NO_COLOR", ""), TERMINAL)).isEqualTo(Paint.ON);
    assertThat(Paint.of(Map.of("CLICOLOR_FORCE", "1"), PIPE)).isEqualTo(Paint.ON);
    assertThat(Paint.of(Map.of("CLICOLOR", "0"), TERMINAL)).isEqualTo(Paint.OFF);
    assertThat(Paint.of(Map.of("TERM", "dumb"), TERMINAL)).isEqualTo(Paint.OFF);
  }
}
