package io.heliograph.server.observe;

import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;

/**
 * Every figure of a server, each declared here once. docs/reference/metrics.md lists them. Thread-
 * safe.
 *
 * <p>What is a sum since the start has a field, which its owner adds to; what can be asked of its
 * owner at any time is a gauge, which {@code Heliograph} joins.
 */
public final class Metrics {

  /** The type of {@link #page}. */
  public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  static final String PREFIX = "heliograph_";

  private static final double NANOS_PER_SECOND = 1e9;
  private static final int USUAL_PAGE_BYTES = 16 * 1024;

  private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
  private final PrometheusRegistry registry = new PrometheusRegistry();

  /** Events accepted; a broadcast counts once. */
  public final Counter published =
      counter("published_total", "Events accepted; a broadcast counts once.");

  /** Events written to readers. */
  public final Counter delivered =
      counter("delivered_total", "Events written to readers; replayed events count again.");

  /** From acceptance to the write to a reader that was connected when the event came. */
  public final Histogram deliveryDelay =
      histogram(
          "delivery_delay_seconds",
          "From the acceptance of an event to its write to a reader that was live.",
          NANOS_PER_SECOND,
          0.001,
          0.002,
          0.005,
          0.01,
          0.025,
          0.05,
          0.1,
          0.25,
          0.5,
          1,
          5,
          30);

  /** Bytes of the streams' bodies. */
  public final Counter bytes =
      counter("bytes_total", "Bytes written to streams, without HTTP heads.");

  /** How often a connection was told that there is something for it. */
  public final Counter wakes = counter("wakes_total", "Wake-ups of connections by new events.");

  /** Drains of connections: reads from the cursor. */
  public final Counter drains =
      counter("drains_total", "Drains of connections: reads from the cursor.");

  /** How many events a reader that came back had missed. */
  public final Histogram replayed =
      histogram(
          "replayed_events",
          "Events replayed to a reader that came with a cursor, before it was live.",
          1,
          0,
          1,
          2,
          5,
          10,
          25,
          50,
          100,
          250,
          1_000);

  /** Readers told that something is gone, by the reason they were given. */
  public final Counters gaps = counters("gaps_total", "reason", "Gaps reported to readers.");

  /** Ephemeral events that readers were told they had missed. */
  public final Counter ephemeralMissed =
      counter(
          "ephemeral_missed_total",
          "Ephemeral events that were dropped before a connected reader received them.");

  /** Streams that ended, by why. */
  public final Counters closes = counters("closes_total", "reason", "Streams that ended.");

  /** Requests that were refused, by why. */
  public final Counters refusals =
      counters(
          "refusals_total", "reason", "Refused requests, answered as a stream or as a problem.");

  /** Fetches of the keys that tokens are verified with, by how they ended. */
  public final Counters keyFetches =
      counters("jwks_fetches_total", "result", "Fetches of auth.jwt.jwks-url, ok or failed.");

  /** Connections ended because a request did not come to its end. */
  public final Counters timeouts =
      counters(
          "request_timeouts_total",
          "phase",
          "Connections closed because a request was not sent, or a response not read, in time.");

  /** Declares a figure that is asked for at each scrape. */
  public void gauge(String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(PREFIX + name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  /** Declares a sum that another object keeps. */
  public void sum(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(PREFIX + name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  /** All figures, with those of the process, in Prometheus' text format. */
  public byte[] page() {
    var page = new ByteArrayOutputStream(USUAL_PAGE_BYTES);
    try {
      writer.write(page, registry.scrape(), EscapingScheme.DEFAULT);
      writer.write(page, ProcessMetrics.REGISTRY.scrape(), EscapingScheme.DEFAULT);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Of a stream into memory.
    }
    return page.toByteArray();
  }

  private Counter counter(String name, String help) {
    return new Counter(
        io.prometheus.metrics.core.metrics.Counter.builder()
            .name(PREFIX + name)
            .help(help)
            .withoutExemplars()
            .register(registry));
  }

  private Counters counters(String name, String label, String help) {
    return new Counters(
        io.prometheus.metrics.core.metrics.Counter.builder()
            .name(PREFIX + name)
            .help(help)
            .labelNames(label)
            .withoutExemplars()
            .register(registry));
  }

  private Histogram histogram(String name, String help, double unit, double... bounds) {
    return new Histogram(
        io.prometheus.metrics.core.metrics.Histogram.builder()
            .name(PREFIX + name)
            .help(help)
            .classicOnly()
            .classicUpperBounds(bounds)
            .withoutExemplars()
            .register(registry),
        unit);
  }
}
