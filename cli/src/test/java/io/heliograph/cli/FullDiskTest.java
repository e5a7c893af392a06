package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A result that could not be written is no success; one that nobody wants any more is. */
final class FullDiskTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "help exit-codes",
        "completion bash",
        "config show",
        "report show --help"
      })
  void aFullDiskIsToldAndFailsButABrokenPipeDoesNeither(String line) {
    assertThat(run(line, "No space left on device")).isEqualTo(1);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("sse-cli: stdout: No space left on device\n");
    err.reset();
    assertThat(run(line, "Broken pipe")).isZero();
    assertThat(err.size()).isZero();
  }

  private int run(String line, String failure) {
    var full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException(failure);
          }
        };
    var shell = Shells.of(Map.of("XDG_CONFIG_HOME", "/nowhere"), full, err);
    return new Program(shell, List.of(line.split(" "))).run();
  }
}
