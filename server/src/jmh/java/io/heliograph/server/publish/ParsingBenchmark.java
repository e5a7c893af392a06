package io.heliograph.server.publish;

import java.nio.charset.StandardCharsets;
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

/** What it costs to parse one line of a batch. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class ParsingBenchmark {

  private final EventReader reader = new EventReader(64 * 1024);
  private final byte[] text = line("\"" + "x".repeat(100) + "\"");
  private final byte[] json = line("{\"order\":17,\"text\":\"" + "x".repeat(78) + "\"}");

  private static byte[] line(String data) {
    return ("{\"users\":[\"user-17\"],\"type\":\"order\",\"data\":" + data + "}")
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Data is a string of 100 bytes. */
  @Benchmark
  public Object lineWithText() {
    return reader.line(text, Optional.empty());
  }

  /** Data is a JSON object of about 100 bytes. */
  @Benchmark
  public Object lineWithJson() {
    return reader.line(json, Optional.empty());
  }
}
