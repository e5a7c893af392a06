package io.heliograph.server.event;

import java.util.OptionalInt;
import java.util.regex.Pattern;

/** Whole numbers as people write them, in settings and in requests. */
public final class Numbers {

  // Integer.parseInt would also take a sign, and the digits of every other script.
  private static final Pattern DIGITS = Pattern.compile("[0-9]{1,9}");

  private Numbers() {}

  /** Reads a number; empty if the text is none, or one that is not between the bounds. */
  public static OptionalInt parse(String text, int least, int most) {
    if (!DIGITS.matcher(text).matches()) {
      return OptionalInt.empty();
    }
    int number = Integer.parseInt(text);
    return number >= least && number <= most ? OptionalInt.of(number) : OptionalInt.empty();
  }
}
