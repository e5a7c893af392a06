package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The script of {@code completion}, in the shells it is for. */
final class CompletionIT {
  @TempDir private static Path dir;
  private static Path script;

  @BeforeAll
  static void printScript() throws IOException {
    try (Sse completion = Sse.start("completion", "bash")) {
      assertThat(completion.exit()).isZero();
      assertThat(completion.err()).isEmpty();
      script = Files.write(dir.resolve("completion"), completion.out());
    }
  }

  @Test
  void commandsOptionsAndTheirValuesAreCompleted() {
    assertThat(complete("sse-cli", "sub")).containsExactlyInAnyOrder("subscribe", "sub");
    assertThat(complete("sse-cli", ""))
        .contains("context", "completion")
        .doesNotContain("rehearse");
    assertThat(complete("sse-cli", "subscribe", "--fail")).containsExactly("--fail-on-gap");
    assertThat(complete("sse-cli", "publish", "-o", "")).containsExactly("text", "json");
    assertThat(complete("sse-cli", "report", "c")).containsExactly("compare");
    assertThat(complete("sse-cli", "help", "ex")).contains("exit-codes");
  }

  @Test
  void zshReadsItToo() {
    assumeTrue(has("zsh"), "there is no zsh");
    try (Sse zsh = Sse.start(new ProcessBuilder("zsh", "-n", script.toString()), Map.of())) {
      assertThat(zsh.exit()).isZero();
      assertThat(zsh.err()).isEmpty();
    }
  }

  /** What bash offers for the last of these words. */
  private static List<String> complete(String... words) {
    assumeTrue(has("bash"), "there is no bash");
    var command =
        new ArrayList<>(
            List.of(
                "bash",
                "-c",
                // compopt works only while a person types.
                "compopt() { :; }; source \"$0\" && COMP_WORDS=(\"$@\") && COMP_CWORD=$(($# - 1))"
                    + " && COMP_LINE=\"$*\" && COMP_POINT=${#COMP_LINE}"
                    + " && _complete_sse-cli; printf '%s\\n' \"${COMPREPLY[@]}\"",
                script.toString()));
    command.addAll(List.of(words));
    try (Sse bash = Sse.start(new ProcessBuilder(command), Map.of())) {
      bash.exit();
      assertThat(bash.err()).isEmpty();
      return bash.out();
    }
  }

  private static boolean has(String program) {
    return java.util.stream.Stream.of(System.getenv("PATH").split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }
}
