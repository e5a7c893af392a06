package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;

/** Readers that read nothing cost the node what one write holds, and no event that others get. */
@Timeout(180)
@Isolated
class StalledReadersTest {

  private static final int STALLED = 300;
  private static final int EVENTS = 400;
  private static final int EVENT_BYTES = 60_000;
  private static final long LOGS = 4 << 20;

  // A connection holds one write that is stuck (32 KiB, or the one event that is larger, in a
  // buffer that doubles), its parked threads and its socket's buffers.
  private static final long MOST_PER_STALLED = 256 << 10;

  @Test
  void whatIsPublishedPastThemIsNotHeldAndEverybodyElseGetsIt() throws Exception {
    var stalled = new ArrayList<Socket>();
    try (var server =
            TestServer.start(
                Map.of(
                    "log.total-bytes", LOGS + "B",
                    "log.broadcast.bytes", "1MiB",
                    "stream.send-buffer", "4KiB",
                    // So that none is closed for it: what they hold is what is asked here.
                    "stream.write-timeout", "1h",
                    "stream.user-timeout", "1h"));
        var quick = server.subscribe("quick").awaitLive()) {
      var hub = server.heliograph().hub();
      long before = usedHeap();
      for (int i = 0; i < STALLED; i++) {
        stalled.add(stalled(server, i));
      }
      await().until(() -> hub.connections().count() == STALLED + 1);

      String large = "x".repeat(EVENT_BYTES);
      long atHalf = 0;
      for (int i = 0; i < EVENTS; i++) {
        // To everybody, and to one of those who do not read: both kinds of log.
        hub.broadcast(Event.of("message", large));
        hub.publish(new UserId("stalled-" + i % STALLED), Event.of("message", large));
        assertThat(quick.nextEvent()).hasSize(EVENT_BYTES + "data: ".length());
        if (i == EVENTS / 2) {
          atHalf = usedHeap();
        }
      }
      long atEnd = usedHeap();

      // 48 MB were published, half of them to 300 readers each: 7 GB, had they been queued.
      assertThat(hub.connections().count()).as("nobody was closed").isEqualTo(STALLED + 1);
      assertThat(atEnd - before).isLessThan(STALLED * MOST_PER_STALLED + 2 * LOGS);
      // What is held does not grow with what is published.
      assertThat(atEnd - atHalf).isLessThan(2 * LOGS);
    } finally {
      for (Socket socket : stalled) {
        socket.close();
      }
    }
  }

  private static Socket stalled(TestServer server, int i) throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 5_000);
    socket
        .getOutputStream()
        .write(
            ("GET /sse/stalled-" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    return socket;
  }

  private static long usedHeap() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 3; i++) { // What ends just now may still be held by the one before.
      System.gc();
      least = Math.min(least, ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
    return least;
  }
}
