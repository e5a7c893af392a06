package io.heliograph.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The script for the shell keeps what may be typed for an option under the option's label. */
final class CompletionLabelsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "subscribe",
        "publish",
        "tail",
        "decode",
        "doctor",
        "token",
        "demo",
        "simulate",
        "report show",
        "report compare",
        "context add",
        "context list",
        "config show"
      })
  void noLabelHasTwoListsInOneCommand(String line) {
    var words = new ArrayList<>(List.of(line.split(" ")));
    words.add("--help");
    var quiet = OutputStream.nullOutputStream();
    var shell = Shells.of(Map.of("XDG_CONFIG_HOME", "/nowhere"), quiet, quiet);
    ParseResult result = new Program(shell, words).parse();
    while (result.hasSubcommand()) {
      result = result.subcommand();
    }

    var lists = new HashMap<String, List<String>>();
    for (OptionSpec option : result.commandSpec().options()) {
      List<String> list = listed(option);
      if (!list.isEmpty()) {
        List<String> other = lists.putIfAbsent(option.paramLabel(), list);
        assertThat(other == null ? list : other).as(option.longestName()).isEqualTo(list);
      }
    }
  }

  private static List<String> listed(OptionSpec option) {
    Iterable<String> candidates = option.completionCandidates();
    Stream.Builder<String> all = Stream.builder();
    if (candidates != null) {
      candidates.forEach(all);
    }
    return all.build().toList();
  }
}
