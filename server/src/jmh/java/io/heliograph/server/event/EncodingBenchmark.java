package io.heliograph.server.event;

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

/** What the bytes of a stream cost: an event's lines, and the text of a cursor both ways. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class EncodingBenchmark {

  private final UserId user = new UserId("user-17");
  private final Cursor cursor =
      Cursor.at(user, Position.kept(1L << 45, 123_456), Position.kept(1L << 45, 789));
  private final String text = cursor.toString();
  private final byte[] out = new byte[Cursor.MAX_LENGTH];
  private final Event event = Event.of("order", "x".repeat(100));

  /** Encodes an event of 100 bytes, once for all its readers. */
  @Benchmark
  public byte[] encodeEvent() {
    return StoredEvent.encode(event);
  }

  /** Writes a cursor, once for each delivery. */
  @Benchmark
  public int writeCursor() {
    return cursor.encode(out, 0);
  }

  /** Parses the cursor of a reader that reconnects. */
  @Benchmark
  public Optional<Cursor> parseCursor() {
    return Cursor.parse(text, user, 2);
  }
}
