package io.heliograph.cli.load.result;

import java.util.Locale;

/** Figures for people: three digits that matter, and a unit. Pure. */
public final class Spans {
  private Spans() {}

  /** A span given in µs: {@code 310µs}, {@code 2.41ms}, {@code 1.21s}. */
  public static String micros(double micros) {
    if (micros < 1000) {
      return Math.round(micros) + "µs";
    } else if (micros < 1e6) {
      return digits(micros / 1e3) + "ms";
    } else if (micros < 600e6) {
      return digits(micros / 1e6) + "s";
    }
    return digits(micros / 60e6) + "min";
  }

  public static String micros(long micros) {
    return micros((double) micros);
  }

  public static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A plain number: with commas if it is whole, else three digits. */
  public static String number(double value) {
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return String.format(Locale.ROOT, "%,d", (long) value);
    }
    return digits(value);
  }

  /** Seconds since something, as a clock: {@code 2:00}, {@code 0:07.5}. */
  public static String clock(double seconds) {
    long whole = (long) Math.floor(seconds);
    String rest =
        seconds - whole >= 0.05
            ? String.format(Locale.ROOT, "%.1f", seconds - whole).substring(1)
            : "";
    return String.format(Locale.ROOT, "%d:%02d", whole / 60, whole % 60)
        + (rest.startsWith(".") ? rest : "");
  }

  private static String digits(double value) {
    String format = value >= 99.95 ? "%,.0f" : value >= 9.995 ? "%.1f" : "%.2f";
    return String.format(Locale.ROOT, format, value);
  }
}
