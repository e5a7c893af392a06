package io.heliograph.cli.load.plan;

import java.time.Duration;
import java.util.Locale;

/** Numbers as they are written into options and scenario files. Pure. */
public final class Numbers {
  private Numbers() {}

  /** Without zeros at the end, and at most three digits behind the point. */
  public static String plain(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
  }

  /** A share as percent: {@code 5%}. */
  public static String percent(double share) {
    return plain(share * 100) + "%";
  }

  /** A duration in seconds if that is exact to the millisecond: {@code 2s}, else {@code 2500ms}. */
  public static String seconds(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }
}
