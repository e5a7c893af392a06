package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Peers that speak HTTP/2 badly. Seeded: a failure can be repeated. */
@Timeout(120)
class Http2GarbageTest {

  private static final int CONNECTIONS = 300;
  private static final int FRAMES = 30;

  @Test
  void framesOfAnySortHarmNobodyElse() throws Exception {
    try (var server = TestServer.start();
        var good = Http2Peer.connect(server.port())) {
      int canary = good.get("/sse/canary");
      good.until(canary, "stream.live");

      for (int seed = 0; seed < CONNECTIONS; seed++) {
        try (var bad = Http2Peer.connect(server.port())) {
          misbehave(bad, new Random(seed));
        }
        if (seed % 50 == 0) {
          server.publish("canary", "after " + seed);
          good.until(canary, "data: after " + seed + "\n\n");
        }
      }

      await()
          .untilAsserted(
              () ->
                  assertThat(server.heliograph().hub().connections().count())
                      .as("streams that are left")
                      .isEqualTo(1));
      assertThat(server.get("/metrics").body())
          .contains("heliograph_refusals_total{reason=\"internal-error\"} 0.0");
    }
  }

  @Test
  void aHeadWithoutEndIsRefusedAfterKilobytes() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      peer.send(Http2Peer.HEADERS, 0, 1, Http2Peer.headerBlock("GET", "/sse/alice"));

      long sent = 0;
      while (peer.waiting(Http2Peer.CONNECTION_END).isEmpty()) {
        try {
          peer.send(Http2Peer.CONTINUATION, 0, 1, new byte[1_000]);
          sent += 1_000;
        } catch (IOException e) {
          break; // Closed.
        }
        assertThat(sent).isLessThan(100_000_000);
      }

      assertThat(server.heliograph().hub().connections().count()).isZero();
    }
  }

  @Test
  void manyPingsAreAnsweredAndHarmNobody() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port());
        var good = Http2Peer.connect(server.port())) {
      int canary = good.get("/sse/canary");
      good.until(canary, "stream.live");

      for (int i = 0; i < 20_000; i++) {
        peer.send(Http2Peer.PING, 0, 0, new byte[8]);
      }

      server.publish("canary", "meanwhile");
      good.until(canary, "data: meanwhile\n\n");
    }
  }

  private static void misbehave(Http2Peer peer, Random random) {
    try {
      for (int i = 0; i < FRAMES; i++) {
        switch (random.nextInt(8)) {
          case 0 -> peer.get("/sse/user-" + random.nextInt(10));
          case 1 -> peer.request("GET", "/sse/half", 0);
          case 2 -> peer.request("POST", "/v1/users/alice/events", 0, "content-type: text/plain");
          case 3 -> peer.reset(stream(random));
          case 4 -> peer.window(stream(random) & random.nextInt(), random.nextInt());
          case 5 -> peer.send(Http2Peer.DATA, random.nextInt(256), stream(random), bytes(random));
          default ->
              peer.send(random.nextInt(12), random.nextInt(256), stream(random), bytes(random));
        }
      }
    } catch (IOException e) {
      // The server has closed the connection, as it should.
    }
  }

  private static int stream(Random random) {
    return random.nextInt(8) == 0 ? random.nextInt() : random.nextInt(40);
  }

  private static byte[] bytes(Random random) {
    var bytes = new byte[random.nextInt(20) == 0 ? random.nextInt(20_000) : random.nextInt(20)];
    random.nextBytes(bytes);
    return bytes;
  }
}
