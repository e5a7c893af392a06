package io.heliograph.server.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the word that was probably meant. Pure functions. */
public final class Typo {
  private Typo() {}

  /** The word closest to the typed one; empty if no word is close enough. */
  public static Optional<String> meant(String typed, Collection<String> words) {
    int far = Math.max(1, typed.replaceFirst("^-+", "").length() / 3);
    return words.stream()
        .filter(word -> distance(typed, word) <= far)
        .min(Comparator.comparingInt(word -> distance(typed, word)));
  }

  /** The edit distance: letters to add, drop, replace, or swap with a neighbor. */
  static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int other = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + other, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
