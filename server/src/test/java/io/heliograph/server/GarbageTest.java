package io.heliograph.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Bytes that no client sends, at the socket: what a fuzzer of single requests does not reach.
 * Seeded, so that what failed fails again.
 */
@Timeout(120)
class GarbageTest {

  // What must not be executed: it stands where a request would begin for who reads it otherwise.
  private static final String HIDDEN =
      """
      POST /v1/users/smuggled/events HTTP/1.1
      Host: localhost
      Content-Type: text/plain
      Content-Length: 1

      X\
      """
          .replace("\n", "\r\n");
  private static final String POST =
      "POST /v1/broadcast HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n";

  private static TestServer server;

  @BeforeAll
  static void start() {
    server =
        TestServer.start(
            Map.of(
                "server.head-timeout", "2s",
                "server.request-timeout", "3s",
                "server.idle-timeout", "2s"));
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void randomBytesAreAnsweredOrClosedAndOthersGetTheirEvents() throws Exception {
    var random = new Random(17);
    byte[] valid = ("GET /sse/bob HTTP/1.1\r\nHost: localhost\r\n\r\n" + HIDDEN).getBytes(UTF_8);
    try (var reader = server.subscribe("alice").awaitLive()) {
      for (int i = 0; i < 400; i++) {
        byte[] bytes = i % 2 == 0 ? new byte[random.nextInt(2_000)] : valid.clone();
        if (i % 2 == 0) {
          random.nextBytes(bytes);
        } else {
          for (int flips = random.nextInt(8); flips >= 0; flips--) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
          }
        }
        assertThat(send(bytes)).doesNotContain("HTTP/1.1 500");
        if (i % 20 == 0) {
          server.publish("alice", "after " + i);
          assertThat(reader.nextEvent()).isEqualTo("data: after " + i);
        }
      }
      await().until(() -> server.heliograph().hub().connections().count() == 1);
    }
    nobodyIsLeft();
  }

  @Test
  void garbageOnAnOpenStreamEndsItSoonAndNoOther() throws Exception {
    var random = new Random(4);
    try (var alice = server.subscribe("alice").awaitLive()) {
      for (int i = 0; i < 20; i++) {
        try (var noisy = server.subscribe("noisy").awaitLive()) {
          var garbage = new byte[32 << 10];
          random.nextBytes(garbage);
          try {
            noisy.socket().getOutputStream().write(garbage);
          } catch (IOException e) {
            // Closed while it was sent.
          }
          noisy.awaitEnd();
        }
      }
      await().until(() -> server.heliograph().hub().connections().count() == 1);
      server.publish("alice", "still here");
      assertThat(alice.nextEvent()).isEqualTo("data: still here");
    }
    nobodyIsLeft();
  }

  @Test
  void aRequestBehindAStreamIsNeverRead() throws Exception {
    long before = published();
    try (var socket = connect()) {
      socket
          .getOutputStream()
          .write(("GET /sse/bob HTTP/1.1\r\nHost: localhost\r\n\r\n" + HIDDEN).getBytes(UTF_8));
      await().until(() -> server.heliograph().hub().connections().count() == 1);
      server.heliograph().hub().publish(new UserId("bob"), Event.of("message", "end of it"));
      String all = "";
      while (!all.contains("end of it")) {
        all += (char) socket.getInputStream().read();
      }
      assertThat(answers(all)).isEqualTo(1);
    }
    assertThat(published()).isEqualTo(before + 1);
    nobodyIsLeft();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: %L\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\nContent-Length: %L\r\n\r\n0\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n%X\r\n%H\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: %L\r\n\r\n%H",
        "Content-Length: %L\r\nContent-Length: 0\r\n\r\n%H",
        "Content-Length: 0, %L\r\n\r\n%H",
        "Content-Length: +0\r\n\r\n%H",
        "Content-Length: -1\r\n\r\n%H",
        "Content-Length: 0x0\r\n\r\n%H",
        "Content-Length: 99999999999999999999\r\n\r\n%H",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n%H",
        "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n%H",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n%H",
        "Transfer-Encoding: \u000bchunked\r\n\r\n0\r\n\r\n%H",
        "X-A: a\r\n Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n%H",
        "X-A: a\nContent-Length: %L\r\n\r\n%H",
        "X-A: a\rContent-Length: %L\r\n\r\n%H",
        "X-A: a\u0000b\r\nContent-Length: 0\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\n\r\n0;a=\nb\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\n\r\n1\nX\r\n0\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\n\r\n1\r\nXYZ\r\n0\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n%H",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n%H",
        "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n%H",
      })
  void whereABodyEndsIsNeverInDoubt(String rest) throws Exception {
    long before = published();
    String request =
        POST
            + rest.replace("%L", Integer.toString(("0\r\n\r\n" + HIDDEN).length()))
                .replace("%X", Integer.toHexString(HIDDEN.length()))
                .replace("%H", HIDDEN);

    String answer = send(request.getBytes(ISO_8859_1));

    assertThat(answer).startsWith("HTTP/1.1 400 ").contains("urn:heliograph:problem:bad-request");
    assertThat(answers(answer)).as("one answer, and the end").isEqualTo(1);
    assertThat(published()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /v1/stats HTTP/1.1\r\nHost: localhost\r\n",
        "POST /nowhere HTTP/1.1\r\nHost: localhost\r\n",
        "POST /v1/broadcast HTTP/1.1\r\nHost: localhost\r\nContent-Type: a/b\r\n",
      })
  void aBodyThatNobodyAskedForIsNoRequest(String head) throws Exception {
    long before = published();

    String answer =
        send((head + "Content-Length: " + HIDDEN.length() + "\r\n\r\n" + HIDDEN).getBytes(UTF_8));

    assertThat(answers(answer)).isEqualTo(1);
    assertThat(published()).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7ffffff0\r\n", "ffffff\r\n", "", "1;a="})
  void aChunkWithoutEndEndsInBoundedTimeAndMemory(String start) throws Exception {
    long before = usedHeap();
    try (var socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write((POST + "Transfer-Encoding: chunked\r\n\r\n" + start).getBytes(UTF_8));
      var more = new byte[64 << 10];
      Arrays.fill(more, (byte) '0');
      long started = System.nanoTime();
      long most = 0;
      long sent = 0;
      try {
        while (System.nanoTime() - started < Duration.ofSeconds(15).toNanos()) {
          out.write(more);
          sent += more.length;
          if (sent % (64 << 20) == 0) {
            most = Math.max(most, usedHeap());
          }
        }
        throw new AssertionError("still open after 15 s");
      } catch (IOException e) {
        // Closed, as it should be: what is too large is read past until the request's time is over.
      }
      assertThat(most).isLessThan(before + (64 << 20));
    }
  }

  private static long usedHeap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  @Test
  void tinyChunksForeverEndInBoundedTime() throws Exception {
    try (var socket = connect()) {
      OutputStream out = socket.getOutputStream();
      out.write((POST + "Transfer-Encoding: chunked\r\n\r\n").getBytes(UTF_8));
      await()
          .pollInterval(Duration.ofMillis(20))
          .atMost(Duration.ofSeconds(15))
          .until(
              () -> {
                try {
                  out.write("1\r\na\r\n".getBytes(UTF_8));
                  return false;
                } catch (IOException e) {
                  return true;
                }
              });
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/users/a%2Fb/events, 404",
    "/v1%2Fstats, 404",
    "/v1%2fstats, 404",
    "/v1%2Ftail, 404",
    "/sse%2Falice, 404",
    "//v1/stats, 404",
    "/v1//stats, 404",
    "/v1/users/../stats, 404",
    "/v1/./stats, 404",
    "/sse/.., 404",
    "/v1/stats;a=b, 404",
    "/v1/users/a;b, 400",
    "/v1/users/%C0%AF, 400",
    "/v1/users/%E0%80%AF, 400",
    "/v1/users/%ED%A0%80, 400",
    "/v1/users/%ff, 400",
    "/v1/users/%00, 400",
    "/v1/users/%0d%0a, 400",
    "/v1/users/%C2%85, 400",
    "/v1/users?after=%ff, 400",
    "/v1/users/a%, 400",
    "/v1/users/a%zz, 400",
    "http://localhost/v1/stats, 200",
    "http://localhost/v1/../v1/stats, 404",
    "/v1/users/%2e%2e, 200", // The user "..", and nobody else.
  })
  void aPathIsWhatItSaysAndNothingElse(String target, int status) throws Exception {
    String answer =
        send(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8));

    var read = RawAnswer.read(new ByteArrayInputStream(answer.getBytes(ISO_8859_1)), false);
    assertThat(read.orElseThrow().status()).as(answer).isEqualTo(status);
    if (target.equals("/v1/users/%2e%2e")) {
      assertThat(answer).contains("{\"user\":\"..\"");
    }
  }

  @Test
  void everyAnswerForbidsToGuessWhatItIs() throws Exception {
    for (String target : List.of("/v1/stats", "/nowhere", "/metrics", "/sse/")) {
      assertThat(send(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8)))
          .as(target)
          .containsIgnoringCase("X-Content-Type-Options: nosniff");
    }
    try (var reader = server.subscribe("alice")) {
      assertThat(reader.head()).containsIgnoringCase("X-Content-Type-Options: nosniff");
    }
  }

  private static long answers(String all) {
    return Pattern.compile("HTTP/1\\.1 \\d").matcher(all).results().count();
  }

  private static long published() {
    return server.heliograph().hub().stats().published();
  }

  private static void nobodyIsLeft() {
    await().until(() -> server.heliograph().hub().connections().count() == 0);
  }

  private static Socket connect() throws IOException {
    var socket = new Socket();
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()), 5_000);
    socket.setSoTimeout(15_000);
    return socket;
  }

  /** Sends all and answers what came until the server closed, as it must. */
  private static String send(byte[] bytes) throws IOException {
    var all = new ByteArrayOutputStream();
    try (var socket = connect()) {
      socket.getOutputStream().write(bytes);
      socket.shutdownOutput();
      socket.getInputStream().transferTo(all);
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither answered nor closed: " + all, e);
    } catch (IOException e) {
      // Reset: closed with bytes unread. What came before counts.
    }
    return all.toString(ISO_8859_1);
  }
}
