package io.heliograph.cli.load.observe;

import io.heliograph.cli.load.plan.Target;
import io.heliograph.cli.load.result.Metric;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Asks the server once a second for its own figures, in Prometheus' text format, by a thread of its
 * own.
 */
public final class Scraper implements AutoCloseable {
  private static final long STEP_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration LIMIT = Duration.ofSeconds(5);
  private static final long MOST_BYTES = 4 << 20;

  /** How a figure of many moments becomes one. */
  private enum Kind {
    /** The highest. */
    MOST,
    /** How much it has grown since the first page, restarts of the server included. */
    GROWTH
  }

  /** One of the server's figures, with this label; {@code factor} makes the unit ours. */
  private record Figure(Metric metric, String name, String label, Kind kind, double factor) {}

  private static final String HELIOGRAPH = "heliograph_connections";
  private static final double MIB = 1.0 / (1 << 20);
  private static final List<Figure> FIGURES =
      List.of(
          new Figure(Metric.SERVER_CONNECTIONS, HELIOGRAPH, "", Kind.MOST, 1),
          new Figure(Metric.SERVER_DELIVERED, "heliograph_delivered_total", "", Kind.GROWTH, 1),
          new Figure(Metric.SERVER_GAPS, "heliograph_gaps_total", "", Kind.GROWTH, 1),
          new Figure(Metric.SERVER_REFUSALS, "heliograph_refusals_total", "", Kind.GROWTH, 1),
          new Figure(
              Metric.SERVER_WRITE_TIMEOUTS,
              "heliograph_closes_total",
              "reason=\"write-timeout\"",
              Kind.GROWTH,
              1),
          new Figure(Metric.SERVER_LOGS, "heliograph_log_bytes", "", Kind.MOST, MIB),
          new Figure(Metric.SERVER_EVICTIONS, "heliograph_log_evictions_total", "", Kind.GROWTH, 1),
          // What agents and libraries for the JVM call it; Heliograph itself tells nothing of it.
          new Figure(Metric.SERVER_HEAP, "jvm_memory_used_bytes", "area=\"heap\"", Kind.MOST, MIB),
          new Figure(Metric.SERVER_HEAP, "jvm_memory_bytes_used", "area=\"heap\"", Kind.MOST, MIB));

  private final OkHttpClient http;
  private final Request request;
  private final Thread thread;
  private volatile boolean stopped;

  // Guarded by this.
  private final Map<Metric, Double> results = new EnumMap<>(Metric.class);
  private @Nullable Exposition last;
  private int failures;
  private String lastFailure = "";

  /**
   * Starts asking.
   *
   * @param target what is simulated; only if the page is of the same origin it gets the headers,
   *     which may hold a token
   */
  public Scraper(URI uri, Target target) {
    this.http = target.way().to(new OkHttpClient.Builder()).callTimeout(LIMIT).build();
    Request.Builder builder = new Request.Builder().url(uri.toString());
    if (sameOrigin(HttpUrl.get(uri.toString()), HttpUrl.get(target.subscribe("any").toString()))) {
      target.headers().forEach(header -> builder.header(header.name(), header.value()));
    }
    this.request = builder.build();
    this.thread = Thread.ofPlatform().daemon().name("scraper").start(this::run);
  }

  private static boolean sameOrigin(HttpUrl a, HttpUrl b) {
    return a.scheme().equals(b.scheme()) && a.host().equals(b.host()) && a.port() == b.port();
  }

  private void run() {
    while (!stopped) {
      scrape();
      long until = System.nanoTime() + STEP_NANOS;
      for (long left = STEP_NANOS; left > 0 && !stopped; left = until - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
    }
    scrape();
  }

  private void scrape() {
    try (Response response = http.newCall(request).execute()) {
      if (!response.isSuccessful()) {
        throw new IOException("it answered " + response.code());
      }
      if (response.body().source().request(MOST_BYTES + 1)) {
        throw new IOException("its page has more than " + MOST_BYTES + " bytes");
      }
      String text = response.body().string();
      Exposition page = Exposition.parse(text);
      if (page.samples().isEmpty()) {
        throw new IOException("it sent no figures in Prometheus' text format");
      }
      add(page);
    } catch (IOException e) {
      synchronized (this) {
        failures++;
        lastFailure = String.valueOf(e.getMessage());
      }
    }
  }

  private synchronized void add(Exposition page) {
    Exposition since = last == null ? page : last;
    last = page;
    for (Figure figure : FIGURES) {
      double now = page.sum(figure.name, figure.label);
      if (Double.isNaN(now)) {
        // Heliograph does not show what it has not counted yet.
        if (figure.kind == Kind.GROWTH && !Double.isNaN(page.sum(HELIOGRAPH, ""))) {
          results.putIfAbsent(figure.metric, 0.0);
        }
        continue;
      }
      if (figure.kind == Kind.MOST) {
        results.merge(figure.metric, now * figure.factor, Math::max);
      } else {
        results.merge(figure.metric, grown(since, figure, now) * figure.factor, Double::sum);
      }
    }
  }

  /** By how much, since the page before; a counter that is smaller than it was has begun again. */
  private static double grown(Exposition since, Figure figure, double now) {
    double then = since.sum(figure.name, figure.label);
    // A label's value that was never counted is not there: it began at 0.
    return Double.isNaN(then) || now < then ? now : now - then;
  }

  /** What is known so far. */
  public synchronized Map<Metric, Double> results() {
    return new EnumMap<>(results);
  }

  /** Why the server could not be asked, and how often; empty if it always could. */
  public synchronized String trouble() {
    return failures == 0
        ? ""
        : "the server's figures could not be had " + failures + " times, last: " + lastFailure;
  }

  /** Asks once more and ends. */
  @Override
  public void close() throws InterruptedException {
    stopped = true;
    LockSupport.unpark(thread);
    thread.join();
    http.dispatcher().executorService().shutdown();
    http.connectionPool().evictAll();
  }
}
