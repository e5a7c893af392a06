package io.heliograph.server.log;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.UserId;
import java.time.Duration;
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

/** What a log costs: an append, and reads by one reader at its head and one 50 events behind. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class LogBenchmark {

  private static final int USERS = 5_000;
  private static final int BEHIND = 50;
  private static final int MAX_BYTES = 32 * 1024;

  private final MemoryEventLog log =
      new MemoryEventLog(
          new Retention(100, 1 << 20, Duration.ofHours(1)),
          new Retention(1_000, 1 << 20, Duration.ofHours(1)),
          512 << 20,
          System::nanoTime);
  private final LogName[] names = new LogName[USERS];
  private final Publication publication = Publication.of(Event.of("order", "x".repeat(100)));
  private final Follow follow;
  private final Position old;
  private int next;

  /** Fills the log of one user, and leaves the others to the appends. */
  public LogBenchmark() {
    for (int i = 0; i < USERS; i++) {
      names[i] = LogName.of(new UserId("user-" + i));
    }
    LogName read = LogName.of(new UserId("reader"));
    follow = log.follow(read);
    old = follow.head();
    for (int i = 0; i < BEHIND; i++) {
      log.append(read, publication);
    }
  }

  /** Appends to the logs of 5,000 users in turns; each drops its oldest event. */
  @Benchmark
  public Appended append() {
    next = next == USERS - 1 ? 0 : next + 1;
    return log.append(names[next], publication);
  }

  /** Finds nothing: the reader has read everything. */
  @Benchmark
  public Replay readAtTheHead() {
    return follow.after(follow.head(), MAX_BYTES);
  }

  /** Reads 50 events. */
  @Benchmark
  public Replay readBacklog() {
    return follow.after(old, MAX_BYTES);
  }
}
