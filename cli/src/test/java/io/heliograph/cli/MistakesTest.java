package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the user got wrong is told as that, and not as a bug of the program. */
final class MistakesTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "publish alice @.",
        "subscribe alice --for 999999999d",
        "subscribe alice --last-event-id a\r\nX",
        "subscribe alice --header X-Token:\u00e9",
        "subscribe alice --insecure --cacert x",
      })
  void endsWithTwoAndShowsTheUsage(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(told()).contains("Usage: sse-cli ").doesNotContain("bug");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "simulate --warmup 3s --users 4 --warmup 4s",
        "simulate --users 4 --rate 3/s --report x --warmup 3s --warmup 4s",
        "subscribe alice --cacert x --cert y --cacert z",
      })
  void anOptionThatIsGivenTwiceIsNamed(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(told())
        .containsPattern("option '--(warmup|cacert)' \\([A-Z]+\\) should be specified only once\n")
        .contains("Usage: sse-cli ");
  }

  private int run(String... args) {
    var shell =
        Shells.of(Map.of("XDG_CONFIG_HOME", "/nowhere"), OutputStream.nullOutputStream(), err);
    return new Program(shell, List.of(args)).run();
  }

  private String told() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
