package io.heliograph.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ShellWordsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "alice",
        "",
        "a b",
        "$(touch x)",
        "`touch x`",
        "it's",
        "'; touch x; '",
        "a\\b",
        "~root",
        "=ls",
        "{a,b}",
        "*",
        "!!",
        "# no comment",
        "a&b|c>d<e;f",
        "\u00e9\u4e16"
      })
  void aShellReadsOneWordAndRunsNothing(String word) throws IOException, InterruptedException {
    assertThat(ShellWords.canPaste(word)).isTrue();
    assertThat(readBySh(ShellWords.quoted(word))).isEqualTo("<" + word + ">");
  }

  @Test
  void anOrdinaryWordStaysAsItIs() {
    for (String word : List.of("alice", "http://127.0.0.1:8080/x", "--type", "@a.token", "a_b%1")) {
      assertThat(ShellWords.quoted(word)).isEqualTo(word);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\u001b[2Jb", "a\nb", "a\tb", "a\u0000b", "a\u009bb", "a\u202eb"})
  void whatATerminalObeysCannotBePastedAndIsEscaped(String word) {
    assertThat(ShellWords.canPaste(word)).isFalse();
    assertThat(ShellWords.quoted(word)).matches("'a\\\\u[0-9a-f]{4}(\\[2J)?b'");
  }

  @Test
  void nobodyPastesAWordOfManyLines() {
    assertThat(ShellWords.canPaste("x".repeat(1001))).isFalse();
  }

  private static String readBySh(String quoted) throws IOException, InterruptedException {
    Process sh =
        new ProcessBuilder("sh", "-c", "printf '<%s>' " + quoted).redirectErrorStream(true).start();
    String out = new String(sh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(sh.waitFor()).isZero();
    return out;
  }
}
