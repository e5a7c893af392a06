package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.heliograph.server.event.UserId;
import io.heliograph.server.reactor.Reactor;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import javax.management.JMException;
import javax.management.ObjectName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** Streams without threads: what stays of them, and what the one thread must not do. */
@Isolated
class ReactorThreadTest {

  private static final int STREAMS = 500;
  private static final int ROUNDS = 6;

  @Test
  void nothingIsWrittenToTheLogOnTheReactor() throws Exception {
    Queue<String> threads = new ConcurrentLinkedQueue<>();
    var handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            threads.add(
                Thread.currentThread().getName()
                    + ": "
                    + new SimpleFormatter().formatMessage(line));
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    Logger root = Logger.getLogger("io.heliograph");
    Level before = root.getLevel();
    root.setLevel(Level.ALL);
    root.addHandler(handler);
    try (var server = TestServer.start(Map.of("stream.heartbeat", "1s"));
        var leaves = server.subscribe("alice").awaitLive();
        var breaks = server.subscribe("alice").awaitLive();
        var talks = server.subscribe("alice").awaitLive();
        var stays = server.subscribe("bob").awaitLive()) {
      server.publish("alice", "to many");
      server.broadcast("to all");
      leaves.close();
      breaks.reset();
      talks.socket().getOutputStream().write(new byte[20_000]);
      assertThat(stays.nextEvent()).isEqualTo("data: to all");
      assertThat(stays.nextBlock()).isEqualTo(":");
      await().until(() -> server.heliograph().hub().connections().count() == 1);
      server.heliograph().hub().kicks().kick(new UserId("bob"));
      stays.awaitEnd();
      await().until(() -> server.heliograph().hub().connections().count() == 0);
    } finally {
      root.removeHandler(handler);
      root.setLevel(before);
    }
    assertThat(threads).anyMatch(line -> line.contains("closed user=bob"));
    assertThat(threads).noneMatch(line -> line.startsWith("reactor"));
  }

  @Test
  void streamsTakeNoThreadsAndLeaveNoDescriptors() throws Exception {
    try (var server = TestServer.start()) {
      long before = descriptors();
      for (int round = 0; round < ROUNDS; round++) {
        List<TestReader> readers = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
          readers.add(server.subscribe("user-" + i).awaitLive());
        }
        await().until(() -> connectionThreads() < STREAMS / 10);
        for (TestReader reader : readers) {
          if (round % 2 == 0) {
            reader.reset();
          } else {
            reader.close();
          }
        }
        await().until(() -> server.heliograph().hub().connections().count() == 0);
      }
      await().until(() -> descriptors() < before + 20);
    }
  }

  @Test
  void whereEpollWatchesStreamsTheirChannelsAreNotKept() throws Exception {
    try (var server = TestServer.start()) {
      long before = channels();
      List<TestReader> readers = new ArrayList<>();
      for (int i = 0; i < STREAMS; i++) {
        readers.add(server.subscribe("user-" + i).awaitLive());
      }
      await().until(() -> connectionThreads() < STREAMS / 10);
      await().until(() -> (channels() - before < STREAMS / 10) == Reactor.usesEpoll());
      readers.forEach(TestReader::close);
    }
  }

  /** The channels that are reachable, in the whole process. */
  private static long channels() throws JMException {
    var histogram =
        (String)
            ManagementFactory.getPlatformMBeanServer()
                .invoke(
                    new ObjectName("com.sun.management:type=DiagnosticCommand"),
                    "gcClassHistogram",
                    new Object[] {new String[0]},
                    new String[] {String[].class.getName()});
    return histogram
        .lines()
        .filter(line -> line.contains(" sun.nio.ch.SocketChannelImpl "))
        .mapToLong(line -> Long.parseLong(line.strip().split("\\s+", -1)[1]))
        .sum();
  }

  /** Helidon's, one for each connection that it has. */
  private static long connectionThreads() throws IOException {
    Path dump = Files.createTempDirectory("heliograph").resolve("threads.json");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
      return Files.readAllLines(dump).stream()
          .filter(line -> line.contains("WebServer socket"))
          .count();
    } finally {
      Files.deleteIfExists(dump);
    }
  }

  private static long descriptors() {
    return ((UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getOpenFileDescriptorCount();
  }
}
