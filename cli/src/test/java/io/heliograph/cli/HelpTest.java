package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.heliograph.cli.shell.ExitCode;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code help} and {@code --help} print. */
final class HelpTest {
  private static final Map<String, String> ENV = Map.of("XDG_CONFIG_HOME", "/nowhere");
  private static final Pattern WORD = Pattern.compile("('[^']*'|[^\\s'])+");

  private String out = "";
  private String err = "";

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
    assertThat(run("help", "context", "ad")).isEqualTo(2);
    assertThat(err).contains("did you mean 'add'?");
  }

  @Test
  void everyExitCodeIsInItsTopic() {
    assertThat(run("help", "exit-codes")).isZero();
    for (ExitCode exit : ExitCode.values()) {
      assertThat(out).containsPattern("(?m)^  " + exit.code() + " ");
    }
  }

  /** Each line from "Examples:" on is one that the program accepts. */
  @Test
  void theExamplesAreValid() {
    var all = new ArrayList<String>();
    for (String command : commands()) {
      assertThat(run(command, "--help")).isZero();
      String examples = out.replaceFirst("(?s).*\nExamples:\n|.*", "").replace("\\\n", " ");
      examples
          .lines()
          .flatMap(line -> Stream.of(line.split("\\||>|&&|\\$\\(")))
          .map(String::strip)
          .filter(line -> line.startsWith("sse-cli "))
          .forEach(all::add);
    }
    assertThat(all).hasSizeGreaterThan(25);
    for (String example : all) {
      var words = new ArrayList<String>();
      WORD.matcher(
              example.substring("sse-cli".length()).replaceFirst("[)\"]+$| --context \\w+", ""))
          .results()
          .forEach(word -> words.add(word.group().replace("'", "")));
      // Files that the examples name are not here; all else must be right.
      words.replaceAll(word -> word.equals("@headers") ? "A: b" : word);
      words.removeAll(List.of("--to-file", "users.txt"));
      var shell = Shells.of(ENV, nowhere(), nowhere());
      assertThatCode(() -> new Program(shell, words).parse())
          .as(example)
          .doesNotThrowAnyException();
    }
  }

  private List<String> commands() {
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
    return commands;
  }

  private static OutputStream nowhere() {
    return OutputStream.nullOutputStream();
  }

  private int run(String[] first, String... rest) {
    var all = new java.util.ArrayList<>(List.of(first));
    all.addAll(List.of(rest));
    return run(all.toArray(String[]::new));
  }

  private int run(String... args) {
    var outBytes = new ByteArrayOutputStream();
    var errBytes = new ByteArrayOutputStream();
    var shell = Shells.of(ENV, outBytes, errBytes);
    int exit = new Program(shell, List.of(args)).run();
    out = outBytes.toString(StandardCharsets.UTF_8);
    err = errBytes.toString(StandardCharsets.UTF_8);
    return exit;
  }
}
