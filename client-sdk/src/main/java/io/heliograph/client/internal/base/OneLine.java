package io.heliograph.client.internal.base;

/** Text from outside, as a log may show it. */
public final class OneLine {
  private static final int MAX_CHARS = 500;

  private OneLine() {}

  /** Its first 500 characters; line breaks and control characters are blanks. */
  public static String of(String text) {
    String line = text.strip().replaceAll("[\\s\\p{Cc}]+", " ");
    return line.length() <= MAX_CHARS ? line : line.substring(0, MAX_CHARS) + "…";
  }
}
