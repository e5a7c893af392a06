package io.heliograph.server.config;

import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes as people write them: {@code 64KiB}, {@code 1MiB}, or bytes. */
final class Sizes {

  private static final Pattern SIZE = Pattern.compile("(\\d{1,12})(B|KiB|MiB|GiB)?");

  private Sizes() {}

  /** Reads a size; empty if the text is none. */
  static OptionalLong parse(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return OptionalLong.empty();
    }
    long unit = unit(matcher.group(2));
    // A size that no long can hold is above every limit, and must not become a small one.
    return OptionalLong.of(
        Math.min(Long.parseLong(matcher.group(1)), Long.MAX_VALUE / unit) * unit);
  }

  /** As {@link #parse} reads it, in the largest unit of which it is a multiple. */
  static String text(long bytes) {
    for (String unit : List.of("GiB", "MiB", "KiB")) {
      if (bytes >= unit(unit) && bytes % unit(unit) == 0) {
        return bytes / unit(unit) + unit;
      }
    }
    return bytes + "B";
  }

  private static long unit(String unit) {
    return switch (unit) {
      case "KiB" -> 1L << 10;
      case "MiB" -> 1L << 20;
      case "GiB" -> 1L << 30;
      case null, default -> 1;
    };
  }
}
