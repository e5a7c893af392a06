package io.heliograph.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class ColorModeTest {
  private static final boolean TERMINAL = true;
  private static final boolean PIPE = false;

  @Test
  void aTerminalIsColouredAndAPipeIsNot() {
    assertThat(ColorMode.AUTO.colors(Map.of(), TERMINAL)).isTrue();
    assertThat(ColorMode.AUTO.colors(Map.of(), PIPE)).isFalse();
  }

  @Test
  void theOptionWinsOverTheEnvironment() {
    assertThat(ColorMode.ALWAYS.colors(Map.of("SSE_CLI_COLOR", "never"), PIPE)).isTrue();
    assertThat(ColorMode.NEVER.colors(Map.of("CLICOLOR_FORCE", "1"), TERMINAL)).isFalse();
  }

  @Test
  void ourVariableWinsOverCustoms() {
    assertThat(ColorMode.AUTO.colors(Map.of("SSE_CLI_COLOR", "always", "NO_COLOR", "1"), PIPE))
        .isTrue();
  }

  @Test
  void customsAreKept() {
    assertThat(ColorMode.AUTO.colors(Map.of("NO_COLOR", "1", "CLICOLOR_FORCE", "1"), TERMINAL))
        .isFalse();
    assertThat(ColorMode.AUTO.colors(Map.of("NO_COLOR", ""), TERMINAL)).isTrue();
    assertThat(ColorMode.AUTO.colors(Map.of("CLICOLOR_FORCE", "1"), PIPE)).isTrue();
    assertThat(ColorMode.AUTO.colors(Map.of("CLICOLOR", "0"), TERMINAL)).isFalse();
    assertThat(ColorMode.AUTO.colors(Map.of("TERM", "dumb"), TERMINAL)).isFalse();
  }
}
