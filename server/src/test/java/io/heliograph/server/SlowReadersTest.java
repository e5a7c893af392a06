package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Readers that take less than is written to them: each write of a broadcast is cut short. */
@ParameterizedClass(name = "{0}")
@EnumSource(StreamPath.class)
@Timeout(120)
class SlowReadersTest {

  private static final int READERS = 10;
  private static final int EVENTS = 40;
  private static final int EVENT_BYTES = 50_000;

  private final StreamPath streams;

  SlowReadersTest(StreamPath streams) {
    this.streams = streams;
  }

  @ParameterizedTest(name = "whether they read from the beginning: {0}")
  @ValueSource(booleans = {true, false})
  void theyGetEveryByteInItsPlace(boolean readAtOnce) throws Exception {
    try (var server =
        streams.start(Map.of("stream.send-buffer", "32KiB", "log.broadcast.bytes", "16MiB"))) {
      var go = new CountDownLatch(readAtOnce ? 0 : 1);
      var faults = new ArrayList<Throwable>();
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < READERS; i++) {
        Socket socket = server.connect();
        TestReader reader = TestReader.open(socket, "/sse/user-" + i).awaitLive();
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      try (reader) {
                        go.await();
                        read(reader);
                      } catch (Throwable e) {
                        synchronized (faults) {
                          faults.add(e);
                        }
                      }
                    }));
      }

      for (int i = 0; i < EVENTS; i++) {
        server.heliograph().hub().broadcast(Event.of("message", data(i)));
      }
      go.countDown();

      for (Thread thread : threads) {
        assertThat(thread.join(Duration.ofSeconds(60))).isTrue();
      }
      assertThat(faults).isEmpty();
    }
  }

  private static void read(TestReader reader) throws InterruptedException {
    for (int i = 0; i < EVENTS; i++) {
      String event = reader.nextEvent();
      assertThat(event.substring(0, 20)).startsWith("data: " + i + ".");
      assertThat(event.equals("data: " + data(i))).as("every byte of event " + i).isTrue();
    }
  }

  /** No two have the same text at the same place. */
  private static String data(int i) {
    String piece = i + ".";
    return piece.repeat(EVENT_BYTES / piece.length());
  }

  @Test
  void anEventThatTakesLongerThanTheWriteTimeoutIsNotCutOff() throws Exception {
    try (var server =
            streams.start(
                Map.of(
                    "stream.write-timeout", "1s",
                    "stream.send-buffer", "4KiB",
                    "limits.event-bytes", "1MiB"));
        var socket = TestReader.request(server.connect(16 * 1024), "GET", "/sse/slow")) {
      await().until(() -> server.heliograph().hub().connections().count() == 1);
      server.publish("slow", "x".repeat(1 << 20));

      InputStream in = socket.getInputStream();
      long begun = System.nanoTime();
      for (int got = 0; got < 1 << 20; ) {
        Thread.sleep(100); // A slow line: 32 KiB in this time at most.
        for (int part = 0; part < 32 * 1024; ) {
          int read = in.read(new byte[32 * 1024 - part]);
          assertThat(read).as("after %s bytes", got + part).isPositive();
          part += read;
        }
        got += 32 * 1024;
      }
      assertThat(System.nanoTime() - begun).isGreaterThan(Duration.ofSeconds(2).toNanos());
      assertThat(server.heliograph().hub().connections().count()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {8 * 1024, 8 * 1024 + 1})
  void whatAReaderSendsIsForgivenUpToEightKilobytes(int bytes) throws IOException {
    try (var server = streams.start();
        var reader = server.subscribe("talker")) {
      reader.socket().getOutputStream().write(new byte[bytes]);
      reader.socket().getOutputStream().flush();

      server.publish("talker", "after");

      await()
          .atMost(10, TimeUnit.SECONDS)
          .until(() -> server.heliograph().hub().connections().count() == (bytes > 8192 ? 0 : 1));
    }
  }
}
