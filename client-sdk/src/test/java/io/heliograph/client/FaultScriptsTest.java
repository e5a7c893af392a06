package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Random faults, seeded: nothing lost, doubled or misordered, and nothing left behind. More of them
 * with {@code -Dheliograph.fault-scripts=10000}; one that failed, alone, with {@code
 * -Dheliograph.fault-seed=N -Dheliograph.fault-scripts=1}.
 */
@Isolated("It looks at all threads of the JVM.")
class FaultScriptsTest {
  private static final int SCRIPTS = Integer.getInteger("heliograph.fault-scripts", 300);
  private static final int FIRST_SEED = Integer.getInteger("heliograph.fault-seed", 20_261_123);
  private static final int AT_ONCE = 8;

  @TempDir private Path directory;

  @Test
  @Timeout(value = 30, unit = TimeUnit.MINUTES)
  void randomFaultsLoseNothingAndLeaveNothingBehind() throws Exception {
    int filesBefore = openFiles();
    var next = new AtomicInteger();
    var failures = new ConcurrentLinkedQueue<String>();
    var workers = new ArrayList<Thread>();
    for (int i = 0; i < AT_ONCE; i++) {
      workers.add(
          Threads.start(
              "test-thread",
              () -> {
                for (int n = next.getAndIncrement();
                    n < SCRIPTS && failures.size() < 3;
                    n = next.getAndIncrement()) {
                  play(FIRST_SEED + n, failures);
                }
              }));
    }
    for (Thread worker : workers) {
      worker.join();
    }

    assertThat(failures).isEmpty();
    await().untilAsserted(() -> assertThat(ourThreads()).isEmpty());
    // A script more or less has a socket in the making; a leak would have thousands.
    await().untilAsserted(() -> assertThat(openFiles()).isLessThanOrEqualTo(filesBefore + 8));
  }

  private static void play(int seed, ConcurrentLinkedQueue<String> failures) {
    var script = new FaultScript(seed);
    var self = new SseTestServer[1];
    try (var server = SseTestServer.start(exchange -> script.answer(exchange, self[0]))) {
      self[0] = server;
      List<String> seen = new ArrayList<>();
      var random = new Random(seed);
      try (var client =
          SseClient.builder(server.uri())
              .heartbeat(Heartbeat.fixed(ofMillis(150)))
              .timeouts(ofMillis(2000), ofMillis(2000), ofMillis(4000))
              .reconnect(
                  ReconnectPolicy.exponential()
                      .first(ofMillis(1))
                      .cap(ofMillis(5))
                      .maxFailures(10_000)) // A server that stays down is a test that fails.
              .onHandlerError(HandlerErrorPolicy.REDELIVER)
              .build()) {
        if (random.nextBoolean()) {
          pull(client, seen);
        } else {
          push(client, seen, random);
        }
      }
      script.join();
      assertThat(seen).isEqualTo(script.expected());
      server.awaitConnections(0);
    } catch (Throwable e) {
      failures.add(
          "seed "
              + seed
              + " after "
              + script.done()
              + ": "
              + e.toString().replaceAll("x{99,}", "x..x"));
    }
  }

  private static void pull(SseClient client, List<String> seen) {
    try (var stream = client.open()) {
      for (Event event : stream) {
        seen.add(event.lastEventId() + ":" + event.data());
      }
      if (!stream.closeReason().orElseThrow().equals(CloseReason.BY_SERVER)) {
        throw new AssertionError("ended by " + stream.closeReason());
      }
    }
  }

  /** By a listener that fails now and then, which is one more reason to come back. */
  private static void push(SseClient client, List<String> seen, Random random)
      throws InterruptedException {
    try (var subscription =
        client.subscribe(
            event -> {
              if (random.nextInt(20) == 0) {
                throw new IllegalStateException("provoked by a test");
              }
              seen.add(event.lastEventId() + ":" + event.data());
            })) {
      if (!subscription.awaitClosed(Duration.ofSeconds(60))) {
        throw new AssertionError("not over after 60 s, at " + subscription.lastEventId());
      }
      if (!subscription.closeReason().orElseThrow().equals(CloseReason.BY_SERVER)) {
        throw new AssertionError("ended by " + subscription.closeReason());
      }
    }
  }

  private List<String> ourThreads() throws Exception {
    return allThreads().stream()
        .filter(line -> line.contains("\"heliograph-") || line.contains("\"sse-test-"))
        .toList();
  }

  /** A line for each, its name in quotes. No list of the JVM but a dump has virtual threads. */
  private List<String> allThreads() throws Exception {
    if (Runtime.version().feature() < 21) {
      return Thread.getAllStackTraces().keySet().stream()
          .map(thread -> '"' + thread.getName() + '"')
          .toList();
    }
    Path dump = directory.resolve("threads.txt");
    var jcmd =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(ProcessHandle.current().pid()),
                "Thread.dump_to_file",
                "-overwrite",
                dump.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(jcmd.waitFor()).as(said).isZero();
    String threads = Files.readString(dump);
    assertThat(threads).as("the dump").contains("\"main\"");
    return threads.lines().toList();
  }

  /** Sockets among them; empty where the system does not tell. */
  private static int openFiles() throws IOException {
    Path files = Path.of("/proc/self/fd");
    if (!Files.exists(files)) {
      return 0;
    }
    try (var open = Files.list(files)) {
      return (int) open.count();
    }
  }
}
