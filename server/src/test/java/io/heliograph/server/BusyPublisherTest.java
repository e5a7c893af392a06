package io.heliograph.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A connection whose requests follow each other quickly gets a thread of its own. */
@Timeout(60)
class BusyPublisherTest {

  private static final int ROUND = 20;

  @ParameterizedTest
  @EnumSource
  void itsEventsAreDeliveredInOrder(StreamPath path) throws Exception {
    try (var server = path.start();
        var alice = server.subscribe("alice").awaitLive();
        Socket publisher = server.connect()) {
      int events = publishUntilItHasAThread(publisher) + ROUND;
      publish(publisher, events - ROUND, events);

      for (int i = 0; i < events; i++) {
        assertThat(alice.nextEvent()).isEqualTo("data: " + i);
      }
    }
  }

  @Test
  void aStreamGivesTheThreadBack() throws Exception {
    try (var server = TestServer.start();
        Socket publisher = server.connect()) {
      publishUntilItHasAThread(publisher);

      try (var alice = TestReader.open(publisher, "/sse/alice").awaitLive()) {
        await().until(() -> !hasThread(publisher));
        server.publish("alice", "after that");
        assertThat(alice.nextEvent()).isEqualTo("data: after that");
      }
    }
  }

  @Test
  void whoLeavesGivesTheThreadBack() throws Exception {
    try (var server = TestServer.start()) {
      Socket publisher = server.connect();
      publishUntilItHasAThread(publisher);

      publisher.close();

      await().until(() -> !hasThread(publisher));
    }
  }

  @Test
  void aStopClosesItsConnection() throws Exception {
    var server = TestServer.start();
    try (Socket publisher = server.connect()) {
      publishUntilItHasAThread(publisher);

      server.close();

      assertThat(publisher.getInputStream().read()).isEqualTo(-1);
      await().until(() -> !hasThread(publisher));
    }
  }

  @Test
  void whereEventsGoToTheDiskItHasNoThread(@TempDir Path directory) throws Exception {
    var settings = Map.of("log.type", "file", "log.file.directory", directory.toString());
    try (var server = TestServer.start(settings);
        Socket publisher = server.connect()) {
      publish(publisher, 0, 10 * ROUND);

      assertThat(hasThread(publisher)).isFalse();
    }
  }

  /** Returns the number of events: a pause of this machine begins the count of quick ones anew. */
  private static int publishUntilItHasAThread(Socket publisher) throws IOException {
    int events = 0;
    do {
      publish(publisher, events, events + ROUND);
      events += ROUND;
    } while (!hasThread(publisher));
    return events;
  }

  private static void publish(Socket publisher, int from, int to) throws IOException {
    for (int i = from; i < to; i++) {
      String data = Integer.toString(i);
      String request =
          "POST /v1/users/alice/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n"
              + "Content-Length: "
              + data.length()
              + "\r\n\r\n"
              + data;
      publisher.getOutputStream().write(request.getBytes(US_ASCII));
      assertThat(RawAnswer.read(publisher.getInputStream(), false).orElseThrow().status())
          .isEqualTo(202);
    }
  }

  private static boolean hasThread(Socket peer) {
    String name = "busy-connection /127.0.0.1:" + peer.getLocalPort();
    return Thread.getAllStackTraces().keySet().stream().anyMatch(t -> t.getName().equals(name));
  }
}
