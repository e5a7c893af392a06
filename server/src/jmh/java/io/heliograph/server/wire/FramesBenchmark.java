package io.heliograph.server.wire;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
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

/** What it costs to frame one event for one reader: its id, its lines, its chunk. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FramesBenchmark {

  private final Cursor cursor =
      Cursor.at(
          new UserId("user-17"), Position.kept(1L << 45, 123_456), Position.kept(1L << 45, 789));
  private final StoredEvent event =
      StoredEvent.of(Position.kept(1L << 45, 123_456), Event.of("order", "x".repeat(100)), 0);

  /** Frames an event of 100 bytes. */
  @Benchmark
  public int frame() {
    var frames = new FrameBuffer(Chunk.HEAD_ROOM);
    SseFrames.event(frames, event, cursor, false);
    return Chunk.seal(frames);
  }
}
