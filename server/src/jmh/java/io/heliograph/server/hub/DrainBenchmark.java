package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import io.heliograph.server.reactor.Reactor;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a publication costs without HTTP and without a network: append, wake, drain. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DrainBenchmark {

  private final UserId user = new UserId("user-17");
  private final Publication publication = Publication.of(Event.of("order", "x".repeat(100)));
  private final Hub hub =
      new Hub(
          new MemoryEventLog(
              new Retention(100, 1 << 20, Duration.ofHours(1)),
              new Retention(1_000, 1 << 20, Duration.ofHours(1)),
              512 << 20,
              System::nanoTime),
          new StreamLimits(
              Duration.ofSeconds(15),
              Duration.ofSeconds(1),
              Duration.ofSeconds(30),
              Optional.empty()),
          System::nanoTime);

  /** Opens the one stream of the user. */
  public DrainBenchmark() {
    hub.open(
        new StreamSpec(user, Optional.empty(), false, "127.0.0.1:1", ""),
        new Discarding(),
        () -> {},
        (_, _) -> {});
  }

  /** Publishes to a user with one stream, whose socket takes everything. */
  @Benchmark
  public Hub.Outcome publish() {
    return hub.publish(user, publication);
  }

  /** Takes everything at once. */
  private static final class Discarding implements EventSink {
    private int gathered;

    @Override
    public void event(StoredEvent event, Cursor after, boolean trace) {
      gathered += event.length();
    }

    @Override
    public void control(Control control, String id) {
      gathered++;
    }

    @Override
    public void comment() {
      gathered++;
    }

    @Override
    public int pending() {
      return gathered;
    }

    @Override
    public boolean flush() {
      gathered = 0;
      return true;
    }

    @Override
    public boolean end() {
      return flush();
    }

    @Override
    public void abort() {}

    @Override
    public boolean blocks() {
      return false;
    }

    @Override
    public void watch(Reactor reactor, Watcher watcher) {}

    @Override
    public CloseReason awaitLeave() {
      throw new UnsupportedOperationException("it does not block");
    }
  }
}
