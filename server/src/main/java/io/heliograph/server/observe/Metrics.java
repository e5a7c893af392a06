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
 * All metrics of a server, each declared once. docs/reference/metrics.md lists them. Thread-safe.
 *
 * <p>Counters are fields, to which their owners add. Gauges are computed from their owners at each
 * scrape; {@code Heliograph} registers them.
 */
public final class Metrics {

  /** The content type of {@link #page}. */
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

  /**
   * Time from the acceptance of an event to its write, for readers that were connected when it was
   * accepted.
   */
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

  /** Bytes written to the bodies of streams. */
  public final Counter bytes =
      counter("bytes_total", "Bytes written to streams, without HTTP heads.");

  /** Wake-ups of connections by new events. */
  public final Counter wakes = counter("wakes_total", "Wake-ups of connections by new events.");

  /** Drains of connections: reads from the cursor. */
  public final Counter drains =
      counter("drains_total", "Drains of connections: reads from the cursor.");

  /** Number of events that a returning reader had missed. */
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

  /** Gaps that were reported to readers, by reason. */
  public final Counters gaps = counters("gaps_total", "reason", "Gaps reported to readers.");

  /** Missed ephemeral events that were reported to readers. */
  public final Counter ephemeralMissed =
      counter(
          "ephemeral_missed_total",
          "Ephemeral events that were dropped before a connected reader received them.");

  /** Streams that ended, by reason. */
  public final Counters closes = counters("closes_total", "reason", "Streams that ended.");

  /** Refused requests, by reason. */
  public final Counters refusals =
      counters(
          "refusals_total", "reason", "Refused requests, answered as a stream or as a problem.");

  /** Fetches of the verification keys, by result. */
  public final Counters keyFetches =
      counters("jwks_fetches_total", "result", "Fetches of auth.jwt.jwks-url, ok or failed.");

  /** Connections closed because a request did not finish in time. */
  public final Counters timeouts =
      counters(
          "request_timeouts_total",
          "phase",
          "Connections closed because a request was not sent, or a response not read, in time.");

  /** Registers a gauge that is computed at each scrape. */
  public void gauge(String name, String help, LongSupplier value) {
    GaugeWithCallback.builder()
        .name(PREFIX + name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  /** Registers a counter that another object keeps. */
  public void sum(String name, String help, LongSupplier value) {
    CounterWithCallback.builder()
        .name(PREFIX + name)
        .help(help)
        .callback(callback -> callback.call((double) value.getAsLong()))
        .register(registry);
  }

  /** All metrics, including those of the process, in Prometheus' text format. */
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
