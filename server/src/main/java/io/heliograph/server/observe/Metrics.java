package io.heliograph.server.observe;

import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Every figure of a server, each declared here once. docs/reference/metrics.md lists them. Thread-
 * safe.
 *
 * <p>What is a sum since the start has a field, which its owner adds to; what can be asked of its
 * owner at any time is a gauge, which {@code Heliograph} joins.
 */
public final class Metrics {

  /** The type of {@link #text}. */
  public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final List<Consumer<StringBuilder>> page = new CopyOnWriteArrayList<>();

  /** Events accepted; a broadcast counts once. */
  public final Counter published =
      counter("published_total", "Events accepted; a broadcast counts once.");

  /** Events written to readers. */
  public final Counter delivered =
      counter("delivered_total", "Events written to readers, replayed ones counted again.");

  /** From acceptance to the write to a reader that was connected when the event came. */
  public final Histogram deliveryDelay =
      histogram(
          "delivery_delay_seconds",
          "From the acceptance of an event to its write to a reader that was live.",
          new Histogram(1e-9, nanos(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 5_000, 30_000)));

  /** Bytes of the streams' bodies. */
  public final Counter bytes = counter("bytes_total", "Bytes written to streams, heads left out.");

  /** How often a connection was told that there is something for it. */
  public final Counter wakes =
      counter("wakes_total", "How often a connection was told that there is something to read.");

  /** How often a connection read on from its cursor. */
  public final Counter drains =
      counter("drains_total", "How often a connection read on from its cursor.");

  /** How many events a reader that came back had missed. */
  public final Histogram replayed =
      histogram(
          "replayed_events",
          "Events that a reader who came with a cursor was sent before it was live.",
          new Histogram(1, 0, 1, 2, 5, 10, 25, 50, 100, 250, 1_000));

  /** Readers told that something is gone, by the reason they were given. */
  public final Counters gaps = counters("gaps_total", "reason", "Gaps that readers were told of.");

  /** Streams that ended, by why. */
  public final Counters closes = counters("closes_total", "reason", "Streams that ended.");

  /** Requests that were refused, by why. */
  public final Counters refusals =
      counters("refusals_total", "reason", "Requests refused, in SSE form or as a problem.");

  /** Connections ended because a request did not come to its end. */
  public final Counters timeouts =
      counters(
          "request_timeouts_total",
          "phase",
          "Connections closed because a request was not sent, or an answer not read, in time.");

  /** Declares a figure that is asked for when somebody looks. */
  public void gauge(String name, String help, LongSupplier value) {
    simple(name, "gauge", help, value);
  }

  /** Declares a sum that another object keeps. */
  public void sum(String name, String help, LongSupplier value) {
    simple(name, "counter", help, value);
  }

  /** All figures in Prometheus' text format. */
  public String text() {
    var out = new StringBuilder(8 * 1024);
    page.forEach(metric -> metric.accept(out));
    return out.toString();
  }

  private Counter counter(String name, String help) {
    var counter = new Counter();
    simple(name, "counter", help, counter::sum);
    return counter;
  }

  private void simple(String name, String type, String help, LongSupplier value) {
    page.add(
        out -> {
          head(out, name, type, help);
          out.append(full(name)).append(' ').append(value.getAsLong()).append('\n');
        });
  }

  private Counters counters(String name, String label, String help) {
    var counters = new Counters(label);
    page.add(
        out -> {
          head(out, name, "counter", help);
          counters
              .byValue()
              .forEach(
                  (value, counter) ->
                      out.append(full(name))
                          .append("{%s=\"%s\"} ".formatted(counters.label(), value))
                          .append(counter.sum())
                          .append('\n'));
        });
    return counters;
  }

  private Histogram histogram(String name, String help, Histogram histogram) {
    page.add(
        out -> {
          head(out, name, "histogram", help);
          histogram.writeTo(out, full(name));
        });
    return histogram;
  }

  private static void head(StringBuilder out, String name, String type, String help) {
    out.append("# HELP ").append(full(name)).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(full(name)).append(' ').append(type).append('\n');
  }

  private static String full(String name) {
    return "heliograph_" + name;
  }

  private static long[] nanos(long... millis) {
    long[] nanos = new long[millis.length];
    for (int i = 0; i < millis.length; i++) {
      nanos[i] = Duration.ofMillis(millis[i]).toNanos();
    }
    return nanos;
  }

  /** Without the 0.30000000000000004 of a multiplied double. */
  static String shown(double value) {
    return new BigDecimal(value, new MathContext(12)).stripTrailingZeros().toPlainString();
  }
}
