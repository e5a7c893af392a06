package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the user got wrong is told as that, and not as a bug of the program. */
final class MistakesTest {
  @TempDir private Path dir;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "publish alice @.",
        "subscribe alice --for 999999999d",
        "subscribe alice --last-event-id a\r\nX",
        "subscribe alice --header X-Token:\u00e9",
        "subscribe alice --insecure --cacert x",
        "simulate no-such-scenario",
        "simulate --set nothing",
        "simulate --set nothing=1",
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

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "simulate --users many|'--users': 'many' is not a whole number up to 2147483647",
        "simulate --users 3000000000|'3000000000' is not a whole number up to 2147483647",
        "history alice --limit 1.5|'1.5' is not a whole number up to 9223372036854775807",
        "subscribe alice bob|unexpected argument 'bob'",
        "subscrib alice|there is no command 'subscrib'",
      })
  void aWrongWordIsToldWithWhatIsAllowed(String line, String message) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(told()).contains(message);
  }

  /** In this order: typed, in the environment, in the context. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "subscribe alice --bogus|json|true",
        "subscribe alice --bogus|meta|true",
        "subscribe alice --bogus|text|false",
        "subscribe alice --bogus -o text|json|false",
        "subscribe alice --bogus -ojson|text|true",
        "subscribe alice --bogus --output=JSON||true",
        "subscribe alice --for 0s|json|true",
        "subscribe -- -o json||false",
        "serve --bogus|json|false",
        "subscribe alice --bogus --context prod||true",
        "subscribe alice --bogus --context prod|text|false",
        "subscribe alice --context none|json|true",
      })
  void anErrorIsJsonWhereTheOutputWouldBe(String line, @Nullable String output, boolean json)
      throws IOException {
    Path config = Files.createDirectories(dir.resolve("sse-cli")).resolve("config.yaml");
    Files.writeString(config, "contexts:\n  prod:\n    server: http://x\n    output: json\n");
    var env = new HashMap<>(Map.of("XDG_CONFIG_HOME", dir.toString()));
    if (output != null) {
      env.put("SSE_CLI_OUTPUT", output);
    }

    assertThat(run(env, line.split(" "))).isEqualTo(2);

    assertThat(told().startsWith("{\"kind\":\"error\",\"code\":\"usage\""))
        .as(told())
        .isEqualTo(json);
    assertThat(told().lines().count())
        .as(told())
        .satisfies(n -> assertThat(n == 1).isEqualTo(json));
  }

  private int run(String... args) {
    return run(Map.of("XDG_CONFIG_HOME", "/nowhere"), args);
  }

  private int run(Map<String, String> env, String... args) {
    var shell = Shells.of(env, OutputStream.nullOutputStream(), err);
    return new Program(shell, List.of(args)).run();
  }

  private String told() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
