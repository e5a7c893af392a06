package io.heliograph.cli.follow;

import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A regular expression that comes to an end. Java's try one way after the other, and for some, such
 * as {@code (.*a){25}b}, the ways grow with a power of the length: one event could hold up all that
 * follow.
 */
record Regex(Pattern pattern) {
  /**
   * How often the expressions may look at a character for one event: some 0.1 s, and ten times what
   * an honest expression needs for the longest event that the SDK takes. Counted and not timed, so
   * that a slow machine, or one that was suspended, chooses the same events.
   */
  static final int LOOKS = 20_000_000;

  private static final ScopedValue<Looks> LEFT = ScopedValue.newInstance();

  /** The event is too much for an expression. */
  static final class TooMuch extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooMuch() {
      super("a regular expression does not come to an end", null, false, false);
    }
  }

  /** What is left for one event. Confined to the thread that asks. */
  private static final class Looks {
    private int left = LOOKS;

    void take() {
      if (--left < 0) {
        throw new TooMuch();
      }
    }
  }

  /** Asks about one event: whatever expressions that takes, they share what it may cost. */
  static <T> boolean forOne(T event, Predicate<T> question) {
    return ScopedValue.where(LEFT, new Looks()).call(() -> question.test(event));
  }

  /**
   * Whether it is found in a text.
   *
   * @throws TooMuch if that takes too long
   */
  boolean isIn(String text) {
    return pattern.matcher(new Looked(text, LEFT.isBound() ? LEFT.get() : new Looks())).find();
  }

  /** A text that counts the looks at it. */
  private record Looked(CharSequence text, Looks looks) implements CharSequence {
    @Override
    public int length() {
      return text.length();
    }

    @Override
    public char charAt(int index) {
      looks.take();
      return text.charAt(index);
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Looked(text.subSequence(start, end), looks);
    }

    @Override
    public String toString() {
      return text.toString();
    }
  }
}
