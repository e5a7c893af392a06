package io.heliograph.cli.access;

import io.heliograph.cli.settings.Secrets;
import io.heliograph.cli.shell.ShellWords;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The options that a person typed, as words for another command line.
 *
 * @param words quoted for a shell
 * @param masked whether stars stand for a secret, which the person must put in again
 */
public record TypedOptions(List<String> words, boolean masked) {
  /** Which options may hold a secret; the keys are those of the configuration. */
  private static final Map<String, String> KEYS =
      Map.of(
          "--token", "token",
          "--header", "headers",
          "--server", "server",
          "--url", "url");

  /** Those of a parsed command in their order, {@code except} some by their long names. */
  public static TypedOptions of(CommandLine command, Set<String> except) {
    Deque<CommandLine> path = new ArrayDeque<>();
    for (CommandLine c = command; c != null; c = c.getParent()) {
      path.push(c);
    }
    var words = new ArrayList<String>();
    boolean masked = false;
    for (CommandLine c : path) {
      // The list contains a repeated option several times.
      for (OptionSpec option : new LinkedHashSet<>(c.getParseResult().matchedOptions())) {
        if (except.contains(option.longestName())) {
          continue;
        } else if (option.arity().max() == 0) {
          words.add(option.names()[0]);
          continue;
        }
        for (String value : option.originalStringValues()) {
          String shown = shown(option, value);
          masked |= !shown.equals(value);
          add(words, option.names()[0], shown);
        }
      }
    }
    return new TypedOptions(List.copyOf(words), masked);
  }

  private static void add(List<String> words, String name, String value) {
    if (value.startsWith("-") && value.length() > 1) {
      words.add(name + "=" + ShellWords.quoted(value)); // Else it would be an option of its own.
    } else {
      words.add(name);
      words.add(ShellWords.quoted(value));
    }
  }

  /** A reference such as {@code @FILE} says where a secret is, and stays. */
  private static String shown(OptionSpec option, String value) {
    String key = KEYS.get(option.longestName());
    boolean reference = value.equals("-") || value.startsWith("@");
    return key == null || reference ? value : Secrets.shown(key, value);
  }
}
