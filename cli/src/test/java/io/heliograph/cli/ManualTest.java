package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Terminals;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code help} and {@code examples} say. Whether the examples work asks ExamplesIT. */
final class ManualTest {
  private String out = "";
  private String err = "";

  @ParameterizedTest
  @ValueSource(strings = {"exit-codes", "filters", "environment", "output"})
  void aTopicFitsATerminal(String topic) {
    assertThat(run("help", topic)).isZero();
    assertThat(out.lines()).hasSizeGreaterThan(10).allMatch(line -> line.length() <= 80);
  }

  /** A word that is broken, or an example, could not be pasted. */
  @Test
  void noHelpBreaksAWordOrAnExample() {
    for (String command :
        List.of("serve", "simulate", "subscribe", "publish", "tail", "report", "context add")) {
      assertThat(run(command.split(" "), "--help")).isZero();
      assertThat(out.lines().toList())
          .as(command)
          .allMatch(line -> line.length() <= 80)
          .noneMatch(line -> line.matches(".*\\w[/=]|.*(127\\.0\\.0\\.1|loss\\.|application\\.)"))
          .doesNotContain("  143   SIGTERM");
      // What begins at the margin below "Examples:" was broken off.
      assertThat(out.lines().dropWhile(line -> !line.equals("Examples:")).skip(1))
          .allMatch(line -> line.isEmpty() || line.startsWith("  "));
      assertThat(out).contains("Exit codes: sse-cli help exit-codes").doesNotContain("\ufeff");
    }
  }

  @Test
  void helpOfACommandIsWhatItsOptionPrints() {
    for (String command : List.of("publish", "sub", "context add", "help", "serve")) {
      assertThat(run(command.split(" "), "--help")).isZero();
      String byOption = out;
      assertThat(run(new String[] {"help"}, command.split(" "))).isZero();
      assertThat(out).isEqualTo(byOption);
    }
    assertThat(run("--help")).isZero();
    String ofProgram = out;
    assertThat(run("help")).isZero();
    assertThat(out).isEqualTo(ofProgram);
  }

  @Test
  void whatThereIsNoHelpOfIsToldWithWhatWasMeant() {
    assertThat(run("help", "filter")).isEqualTo(2);
    assertThat(err).contains("no topic and no command 'filter'; did you mean 'filters'?");
    assertThat(run("help", "context", "ad")).isEqualTo(2);
    assertThat(err).contains("did you mean 'add'?");
    assertThat(run("examples", "publsh")).isEqualTo(2);
    assertThat(err).contains("did you mean 'publish'?");
  }

  @Test
  void everyExitCodeIsInItsTopic() {
    assertThat(run("help", "exit-codes")).isZero();
    for (ExitCode exit : ExitCode.values()) {
      assertThat(out).containsPattern("(?m)^  " + exit.code() + " ");
    }
  }

  @Test
  void everyCommandHasExamplesAndTheyFitATerminal() {
    assertThat(run("examples")).isZero();
    assertThat(out.lines()).allMatch(line -> line.length() <= 80);
    assertThat(run("--help")).isZero();
    List<String> commands =
        out.lines()
            .dropWhile(line -> !line.equals("Commands:"))
            .skip(1)
            .takeWhile(line -> !line.isEmpty())
            .filter(line -> line.matches("  \\w.*"))
            .map(line -> line.strip().replaceFirst("[, ].*", ""))
            .toList();
    assertThat(commands).contains("subscribe", "context", "completion");
    for (String command : commands) {
      // These need none, or run for good.
      if (!List.of("help", "examples", "serve").contains(command)) {
        assertThat(run("examples", command)).as(command).isZero();
        assertThat(out).contains("sse-cli ");
      }
    }
  }

  private int run(String[] first, String... rest) {
    var all = new java.util.ArrayList<>(List.of(first));
    all.addAll(List.of(rest));
    return run(all.toArray(String[]::new));
  }

  private int run(String... args) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    var env = Map.of("XDG_CONFIG_HOME", "/nowhere");
    var shell = new Shell(new Terminals(false, false, false), env, outBytes, errBytes);
    int exit = new Program(shell, List.of(args)).run();
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return exit;
  }
}
