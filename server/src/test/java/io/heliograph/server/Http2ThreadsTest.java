package io.heliograph.server;

import static org.awaitility.Awaitility.await;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** What HTTP/2 leaves behind, in the threads of the whole JVM. */
@Isolated
class Http2ThreadsTest {

  @Test
  void halfARequestIsForgottenWithItsConnection() throws Exception {
    try (var server = TestServer.start()) {
      long before = virtualThreads();
      for (int i = 0; i < 50; i++) {
        try (var peer = Http2Peer.connect(server.port())) {
          peer.request("POST", "/v1/users/alice/events", 0, "content-type: text/plain");
          peer.request("POST", "/nowhere", 0, "content-type: text/plain");
          peer.request("GET", "/sse/alice", 0);
          peer.until(peer.get("/sse/bob"), "stream.live");
        }
      }

      await().until(() -> server.heliograph().hub().connections().count() == 0);
      await().atMost(Duration.ofSeconds(20)).until(() -> virtualThreads() <= before + 5);
    }
  }

  private static long virtualThreads() throws IOException {
    Path dump = Files.createTempDirectory("heliograph").resolve("threads.json");
    try {
      ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
          .dumpThreads(dump.toString(), HotSpotDiagnosticMXBean.ThreadDumpFormat.JSON);
      return Files.readAllLines(dump).stream().filter(line -> line.contains("\"tid\"")).count();
    } finally {
      Files.deleteIfExists(dump);
    }
  }
}
