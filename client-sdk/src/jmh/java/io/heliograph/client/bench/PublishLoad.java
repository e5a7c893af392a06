package io.heliograph.client.bench;

import io.heliograph.client.ClientObserver;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PublishException;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamSpec;
import io.heliograph.client.Subscription;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Threads of a backend that share one publisher: what an event costs the server, and how long it
 * takes from the moment when it was due. Another program holds the readers; this one reads those of
 * the first {@value #FOLLOWED} users, u0 and so on.
 *
 * <p>Arguments: {@code URI PID-OF-SERVER USERS THREADS EVENTS-PER-SECOND SECONDS COALESCING}.
 */
public final class PublishLoad {
  private static final int FOLLOWED = 50;
  private static final int WARM_UP_SECONDS = 8;
  private static final double CLOCK_TICKS = 100;
  private static final String FILLER = "x".repeat(70);

  private PublishLoad() {}

  /** See the class. */
  public static void main(String[] args) throws Exception {
    URI server = URI.create(args[0]);
    Path stat = Path.of("/proc", args[1], "stat");
    int users = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    int rate = Integer.parseInt(args[4]);
    int seconds = Integer.parseInt(args[5]);
    var requests = new AtomicInteger();
    var failures = new AtomicInteger();
    var received = new Latencies(rate * (seconds + WARM_UP_SECONDS));
    try (SseClient client = SseClient.create(server);
        EventPublisher publisher =
            EventPublisher.builder(server)
                .coalescing(Boolean.parseBoolean(args[6]))
                .observer(
                    new ClientObserver() {
                      @Override
                      public void published(Duration duration, Optional<PublishException> failure) {
                        requests.incrementAndGet();
                        failures.addAndGet(failure.isPresent() ? 1 : 0);
                      }
                    })
                .build()) {
      for (int user = 0; user < FOLLOWED; user++) {
        Subscription stream =
            client.subscribe(
                StreamSpec.user("u" + user),
                event -> received.add(System.nanoTime() - due(event.data())));
        stream.awaitOpen(Duration.ofSeconds(10));
      }
      load(publisher, users, threads, rate, WARM_UP_SECONDS);
      received.clear();
      int requestsBefore = requests.get();
      double cpuBefore = cpuSeconds(stat);
      Latencies answered = load(publisher, users, threads, rate, seconds);
      double cpu = cpuSeconds(stat) - cpuBefore;
      int events = answered.size();
      System.out.printf(
          "coalescing %s: %d events, %d/s, %.1f events a request, %.1f us of server CPU an event%n"
              + "  from due to answered: %s%n  from due to received: %s%n  failed: %d%n",
          args[6],
          events,
          events / seconds,
          (double) events / (requests.get() - requestsBefore),
          cpu * 1e6 / events,
          answered,
          received,
          failures.get());
    }
  }

  private static long due(String data) {
    return Long.parseLong(data.substring(7, data.indexOf(',')));
  }

  private static Latencies load(
      EventPublisher publisher, int users, int threads, int rate, int seconds)
      throws InterruptedException {
    var latencies = new Latencies(rate * seconds);
    long start = System.nanoTime() + 100_000_000;
    List<Thread> all = new ArrayList<>();
    for (int t = 0; t < threads; t++) {
      int first = t;
      var thread =
          new Thread(
              () -> {
                for (int i = first; i < rate * seconds; i += threads) {
                  long due = start + (long) (i * (1e9 / rate));
                  long wait = due - System.nanoTime();
                  if (wait > 0) {
                    LockSupport.parkNanos(wait);
                  }
                  String user = "u" + (int) ((i * 2654435761L >>> 8) % users);
                  publisher.publish(
                      user,
                      NewEvent.json("t", "{\"due\":" + due + ",\"text\":\"" + FILLER + "\"}"));
                  latencies.add(System.nanoTime() - due);
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }
    return latencies;
  }

  private static double cpuSeconds(Path stat) throws IOException {
    String text = Files.readString(stat);
    String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ");
    return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / CLOCK_TICKS;
  }

  /** Nanoseconds, of several threads. */
  private static final class Latencies {
    private final long[] nanos;
    private final AtomicInteger count = new AtomicInteger();

    Latencies(int most) {
      nanos = new long[most];
    }

    void add(long latency) {
      int index = count.getAndIncrement();
      if (index < nanos.length) {
        nanos[index] = latency;
      }
    }

    void clear() {
      count.set(0);
    }

    int size() {
      return Math.min(count.get(), nanos.length);
    }

    @Override
    public String toString() {
      long[] sorted = Arrays.copyOf(nanos, size());
      Arrays.sort(sorted);
      if (sorted.length == 0) {
        return "none";
      }
      return "p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, most %.1f ms, of %d"
          .formatted(
              at(sorted, 0.5),
              at(sorted, 0.9),
              at(sorted, 0.99),
              at(sorted, 0.999),
              sorted[sorted.length - 1] / 1e6,
              sorted.length);
    }

    private static double at(long[] sorted, double share) {
      return sorted[(int) (share * (sorted.length - 1))] / 1e6;
    }
  }
}
