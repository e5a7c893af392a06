package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.settings.Keys;
import io.heliograph.cli.shell.Shell;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** Every option that can be configured is, in every command that has it. */
final class ConfiguredOptionsTest {
  private static final Map<String, String> SAMPLES =
      Map.ofEntries(
          Map.entry("server", "http://configured:1"),
          Map.entry("token", "env:T${x}"),
          Map.entry("headers", "A: 1\nB: 2"),
          Map.entry("http2", "true"),
          Map.entry("output", "json"),
          Map.entry("quiet", "true"),
          Map.entry("verbose", "true"),
          Map.entry("insecure", "true"),
          Map.entry("cacert", "/ca"),
          Map.entry("cert", "/cert"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "subscribe alice",
        "publish alice x",
        "tail",
        "decode",
        "doctor",
        "token --user u --secret-file f",
        "demo",
        "simulate",
        "simulate storm",
        "report show d",
        "report compare a b"
      })
  void anOptionWithAKeyHasTheConfiguredValue(String line) {
    var env = new HashMap<String, String>();
    SAMPLES.forEach((key, value) -> env.put(Keys.variable(key), value));
    List<String> args = List.of(line.split(" "));

    CommandLine plain = parsed(args, Map.of("XDG_CONFIG_HOME", "/nowhere"));
    CommandLine configured = parsed(args, env);

    assertThat(SAMPLES.keySet()).containsExactlyInAnyOrderElementsOf(Keys.ALL);
    for (OptionSpec option : configured.getCommandSpec().options()) {
      OptionSpec same = plain.getCommandSpec().findOption(option.longestName());
      if (Keys.of(option).isPresent()) {
        Object value = option.getValue();
        Object unconfigured = same.getValue();
        assertThat(value).as(option.longestName()).isNotEqualTo(unconfigured);
      }
    }
  }

  /** A command with more options than these is hard to learn. */
  @ParameterizedTest
  @CsvSource({"simulate, 32", "subscribe alice, 30", "publish alice x, 22", "tail, 20"})
  void aCommandHasNoMoreOptionsThanItMay(String line, int most) {
    CommandLine command = parsed(List.of(line.split(" ")), Map.of("XDG_CONFIG_HOME", "/nowhere"));

    assertThat(command.getCommandSpec().options()).hasSizeLessThanOrEqualTo(most);
  }

  @ParameterizedTest
  @ValueSource(strings = {"simulate storm -o json", "subscribe alice -o json"})
  void theCommandLineWinsWhereverTheOptionStands(String line) {
    OptionSpec output =
        parsed(List.of(line.split(" ")), Map.of("SSE_CLI_OUTPUT", "text"))
            .getCommandSpec()
            .findOption("--output");
    Object value = output.getValue();
    assertThat(value).hasToString("json");
  }

  @Test
  void aWrongConfiguredValueIsToldWithItsOrigin() {
    var err = new ByteArrayOutputStream();
    var shell =
        Shells.of(
            Map.of("SSE_CLI_SERVER", "nonsense", "XDG_CONFIG_HOME", "/nowhere"),
            OutputStream.nullOutputStream(),
            err);

    assertThat(new Program(shell, List.of("publish", "alice", "x")).run()).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .contains("--server", "nonsense", "(SSE_CLI_SERVER)");
  }

  private static CommandLine parsed(List<String> args, Map<String, String> env) {
    ParseResult result = new Program(shell(env), args).parse();
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }
    return result.commandSpec().commandLine();
  }

  private static Shell shell(Map<String, String> env) {
    return Shells.of(env, OutputStream.nullOutputStream(), OutputStream.nullOutputStream());
  }
}
