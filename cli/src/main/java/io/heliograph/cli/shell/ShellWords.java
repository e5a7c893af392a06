package io.heliograph.cli.shell;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * Words of a command line that is shown to be pasted into a shell. They may come from a server, so
 * that each is quoted: pasting it must not run what it says.
 */
public final class ShellWords {
  /** No shell expands these. Neither '~' nor '=' is among them: zsh expands both in front. */
  private static final Predicate<String> PLAIN =
      Pattern.compile("[A-Za-z0-9_@%+:,./-]+").asMatchPredicate();

  // Longer than any id that a server of ours makes, and short enough to be copied by hand.
  private static final int LONGEST = 1000;

  private ShellWords() {}

  /**
   * Whether a person can paste the word: it has no character that a terminal obeys, hides or
   * completes, and at most {@value #LONGEST} characters.
   */
  public static boolean canPaste(String word) {
    return word.length() <= LONGEST && printable(word).equals(word);
  }

  /**
   * One word for a POSIX shell. Characters that a terminal would obey are escaped as {@link
   * Printable#of} does, so ask {@link #canPaste} first where the word must arrive unchanged.
   */
  public static String quoted(String word) {
    String shown = printable(word);
    return PLAIN.test(shown) ? shown : "'" + shown.replace("'", "'\\''") + "'";
  }

  private static String printable(String word) {
    // In a shell a tab completes.
    return Printable.of(word).replace("\t", "\\u0009");
  }
}
