package io.heliograph.cli.load.result;

import java.time.Duration;
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

  /** As it is written into options: without zeros at the end, at most three behind the point. */
  public static String plain(double value) {
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : String.format(Locale.ROOT, "%.3f", value).replaceFirst("\\.?0+$", "");
  }

  /** A share as an option: {@code 5%}. */
  public static String percent(double share) {
    return plain(share * 100) + "%";
  }

  /** A duration as an option: {@code 2s}, or {@code 2500ms}. */
  public static String seconds(Duration duration) {
    long millis = duration.toMillis();
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
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
