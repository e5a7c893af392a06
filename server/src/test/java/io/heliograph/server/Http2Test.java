package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.config.Settings;
import io.heliograph.server.event.UserId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Streams over HTTP/2, many on one connection, and every way in which one of them ends. */
class Http2Test {

  private static final String LIVE = "data: {\"replayed\":0}\n\n";

  @Test
  void anEventReachesItsUserAndNoOtherStreamOfTheConnection() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      int bob = peer.get("/sse/bob");
      assertThat(peer.until(alice, LIVE)).startsWith(":\nretry: ").contains("\"user\":\"alice\"");
      peer.until(bob, LIVE);

      server.publish("alice", "one\ntwo");
      server.publish("bob", "for bob");

      assertThat(peer.until(alice, "\n\n")).endsWith("\ndata: one\ndata: two\n\n");
      assertThat(peer.until(bob, "\n\n")).endsWith("\ndata: for bob\n\n").doesNotContain("one");
    }
  }

  @Test
  void theHeadOfAStreamIsAnsweredAndOpensNone() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      for (String path : List.of("/sse/alice", "/v1/presence/events", "/v1/tail")) {
        int stream = peer.request("HEAD", path, Http2Peer.END_STREAM);

        Http2Peer.Frame head = peer.next(stream);
        assertThat(head.type()).as(path).isEqualTo(Http2Peer.HEADERS);
        assertThat(head.status()).as(path).isEqualTo(200);
      }
      awaitConnections(server, 0);
    }
  }

  @Test
  void aStreamThatIsResetIsForgottenAtOnceAndTheOthersOfItsConnectionGoOn() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      int bob = peer.get("/sse/bob");
      peer.until(alice, LIVE);
      peer.until(bob, LIVE);

      peer.reset(alice);

      awaitConnections(server, 1);
      assertThat(server.get("/v1/users/alice").body()).contains("\"online\":false");
      server.publish("bob", "still here");
      assertThat(peer.until(bob, "\n\n")).endsWith("data: still here\n\n");
    }
  }

  @Test
  void aThousandThatAreResetAtOnceLeaveNothing() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      for (int round = 0; round < 5; round++) {
        List<Integer> streams = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
          streams.add(peer.get("/sse/user-" + i));
        }
        for (int i = 0; i < streams.size(); i++) {
          if (i % 2 == 0) { // The others are reset while they are being opened.
            peer.until(streams.get(i), LIVE);
          }
          peer.window(0, 1_000);
          peer.reset(streams.get(i));
        }
      }

      awaitConnections(server, 0);
      int last = peer.get("/sse/alice");
      peer.until(last, LIVE);
    }
  }

  @Test
  void aConnectionThatIsClosedEndsAllItsStreamsAtOnce() throws Exception {
    try (var server = TestServer.start()) {
      var fin = Http2Peer.connect(server.port());
      var rst = Http2Peer.connect(server.port());
      for (var peer : List.of(fin, rst)) {
        for (int i = 0; i < 20; i++) {
          peer.until(peer.get("/sse/user-" + i), LIVE);
        }
      }
      assertThat(connections(server)).isEqualTo(40);

      fin.close();
      awaitConnections(server, 20);
      rst.abort();

      awaitConnections(server, 0);
    }
  }

  @Test
  void aReaderThatGivesNoWindowHoldsUpNobodyAndIsEndedAlone() throws Exception {
    try (var server = TestServer.start(Map.of("stream.write-timeout", "1s"));
        var peer = Http2Peer.connect(server.port(), 1_000)) {
      int stuck = peer.get("/sse/alice");
      int other = peer.get("/sse/bob");
      peer.until(stuck, LIVE);
      peer.until(other, LIVE);

      server.publish("alice", "x".repeat(2_000));
      for (int i = 0; i < 20; i++) {
        server.publish("bob", "event " + i);
        peer.window(other, 200);
        assertThat(peer.until(other, "\n\n")).endsWith("data: event " + i + "\n\n");
      }

      assertThat(peer.untilEnd(stuck)).hasSizeLessThan(1_000);
      awaitConnections(server, 1);
      server.publish("bob", "after");
      assertThat(peer.until(other, "\n\n")).endsWith("data: after\n\n");
    }
  }

  @Test
  void anEventThatIsLargerThanTheWindowsComesInPiecesAsTheyAreGiven() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port(), 1_000)) {
      int alice = peer.get("/sse/alice");
      int length = peer.until(alice, LIVE).length();
      String large = "x".repeat(5_000);

      server.publish("alice", large);

      var seen = new StringBuilder();
      while (seen.indexOf("x\n\n") < 0) {
        Http2Peer.Frame frame = peer.next(alice);
        length += frame.payload().length;
        assertThat(length).isLessThanOrEqualTo(1_000); // Never more than was given.
        seen.append(frame.text());
        peer.window(alice, frame.payload().length);
        length -= frame.payload().length;
      }
      assertThat(seen.toString()).endsWith("data: " + large + "\n\n");
    }
  }

  @Test
  void streamsThatWriteAtOnceShareTheConnectionsWindowToTheByte() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port(), 10_000_000)) {
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        streams.add(peer.get("/sse/user-" + i));
        peer.until(streams.get(i), LIVE);
      }
      peer.stopGivingWindow();

      for (int i = 0; i < 10; i++) {
        server.broadcast("x".repeat(10_000));
      }

      // 5,000,000 bytes wait: whenever some are allowed, all fifty want them.
      for (int given = 0; given < 1_000_000; given += 5_000) {
        await().pollInterval(Duration.ofMillis(1)).until(() -> peer.allowance() <= 0);
        assertThat(peer.allowance()).isZero();
        peer.giveConnectionWindow(5_000);
      }
    }
  }

  @Test
  void aStreamThatTheServerEndsIsEndedForThePeer() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      int bob = peer.get("/sse/bob");
      peer.until(alice, LIVE);
      peer.until(bob, LIVE);

      server.heliograph().hub().kicks().kick(new UserId("alice"));

      assertThat(peer.untilEnd(alice)).contains("event: stream.closing", "\"reason\":\"kicked\"");
      server.publish("bob", "still here");
      peer.until(bob, "still here\n\n");
      int again = peer.get("/sse/alice", "last-event-id: x", "accept: text/event-stream");
      assertThat(peer.next(again).status()).isEqualTo(204);
    }
  }

  @Test
  void aDrainTellsTheStreamsBeforeItClosesTheConnection() throws Exception {
    var server = TestServer.start();
    try (var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      peer.until(alice, LIVE);

      server.close();

      assertThat(peer.untilEnd(alice)).contains("event: stream.closing", "\"reason\":\"drain\"");
    }
  }

  @Test
  void theGateAndTheDoorStandBeforeAStreamOnHttp2Too() throws Exception {
    try (var server = TestServer.start(Map.of("limits.connections-per-user", "1"));
        var peer = Http2Peer.connect(server.port())) {
      peer.until(peer.get("/sse/alice"), LIVE);

      assertThat(peer.next(peer.get("/sse/alice")).status()).isEqualTo(503);
      int refused = peer.get("/sse/alice", "accept: text/event-stream");
      assertThat(peer.next(refused).status()).isEqualTo(200);
      assertThat(peer.untilEnd(refused)).contains("\"reason\":\"too-many-connections\"");
      assertThat(peer.next(peer.get("/sse/bob", "origin: https://evil.example")).status())
          .isEqualTo(403);
      assertThat(peer.next(peer.get("/v1/events")).status()).isEqualTo(400);
      assertThat(peer.next(peer.get("/v1/nothing")).status()).isEqualTo(404);
    }
    try (var server = TestServer.start(TestTokens.settings(Map.of()));
        var peer = Http2Peer.connect(server.port())) {
      assertThat(peer.next(peer.get("/sse/alice")).status()).isEqualTo(401);
      assertThat(peer.next(peer.get("/s%73e/alice")).status()).isEqualTo(401);
    }
  }

  @Test
  void aPublishOverHttp2IsAnsweredWhileStreamsAreOpen() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      peer.until(alice, LIVE);

      int publish = peer.request("POST", "/v1/users/alice/events", 0, "content-type: text/plain");
      peer.send(
          Http2Peer.DATA, Http2Peer.END_STREAM, publish, "hi".getBytes(StandardCharsets.UTF_8));

      assertThat(peer.next(publish).status()).isEqualTo(202);
      assertThat(peer.until(alice, "\n\n")).endsWith("data: hi\n\n");
    }
  }

  @Test
  void readersThatLeaveWhileTheirConnectionIsBusyTakeNobodyAlong() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port(), 10_000_000)) {
      List<Integer> streams = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        streams.add(peer.get("/sse/user-" + i));
        peer.until(streams.get(i), LIVE);
      }
      peer.stopReading(); // All that write now wait for their turn, or for the socket.
      server.broadcast("x".repeat(60_000));
      await().until(() -> server.heliograph().hub().stats().published() == 1);

      for (int stream : streams.subList(0, 5)) {
        peer.reset(stream);
      }
      awaitConnections(server, 55);
      TimeUnit.MILLISECONDS.sleep(1_500); // Longer than a write's patience was once.
      peer.goOnReading();

      for (int stream : streams.subList(5, 60)) {
        peer.until(stream, "x\n\n");
      }
    }
  }

  @Test
  void halfABodyIsNoEvent() throws Exception {
    try (var server = TestServer.start();
        var alice = server.subscribe("alice").awaitLive()) {
      for (int i = 0; i < 20; i++) {
        try (var peer = Http2Peer.connect(server.port())) {
          int publish =
              peer.request("POST", "/v1/users/alice/events", 0, "content-type: text/plain");
          int batch = peer.request("POST", "/v1/events", 0, "content-type: application/x-ndjson");
          peer.send(Http2Peer.DATA, 0, publish, "half".getBytes(StandardCharsets.UTF_8));
          byte[] line = "{\"users\":[\"alice\"],\"data\":1}".getBytes(StandardCharsets.UTF_8);
          peer.send(Http2Peer.DATA, 0, batch, line);
          peer.send(Http2Peer.PING, 0, 0, new byte[8]);
          while (peer.next(0).type() != Http2Peer.PING) {
            // The server has had all of it.
          }
        }
      }

      server.publish("alice", "whole");
      assertThat(alice.nextEvent()).isEqualTo("data: whole");
    }
  }

  @Test
  void streamsOutlastTheIdleTimeoutOfTheirConnection() throws Exception {
    Settings settings = Settings.of(Map.of("server.port", "0", "stream.heartbeat", "1s"));
    try (var server =
            TestServer.of(
                Heliograph.start(
                    settings,
                    web ->
                        web.idleConnectionTimeout(Duration.ofMillis(300))
                            .idleConnectionPeriod(Duration.ofMillis(100))));
        var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      peer.until(alice, LIVE);
      peer.until(alice, ":\n");
      peer.until(alice, ":\n"); // Seven timeouts.

      peer.send(Http2Peer.PING, 0, 0, new byte[8]);
      server.publish("alice", "still here");
      peer.until(alice, "data: still here\n\n");
    }
  }

  @Test
  void halfAStreamsRequestThatIsResetLeavesNothing() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      for (int i = 0; i < 500; i++) {
        peer.reset(peer.request("GET", "/sse/alice", 0));
      }
      int bob = peer.get("/sse/bob");
      peer.until(bob, LIVE);
      await().until(() -> connections(server) == 1);
    }
  }

  @Test
  void anUpgradeIsAnsweredAsHttp1() throws Exception {
    try (var server = TestServer.start();
        var socket =
            TestReader.request(
                server.port(),
                "GET",
                "/sse/alice",
                "Connection: Upgrade, HTTP2-Settings",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__")) {
      assertThat(TestReader.status(socket)).isEqualTo(200);
    }
  }

  @Test
  void aBadRequestIsRefusedAloneAndNotItsConnection() throws Exception {
    try (var server = TestServer.start();
        var peer = Http2Peer.connect(server.port())) {
      int alice = peer.get("/sse/alice");
      peer.until(alice, LIVE);

      for (String path :
          List.of(
              "/v1/users/a/events?type=%0a",
              "/v1/users/%00/events", "/v1/x", "/v1/users/%zz/events", "/v1/users/a b/events")) {
        int bad = peer.request("POST", path, 0, "content-type: text/plain");
        peer.send(Http2Peer.DATA, Http2Peer.END_STREAM, bad, new byte[] {'x'});
        assertThat(peer.next(bad).status()).isBetween(400, 499);
        assertThat(peer.untilEnd(bad)).contains("urn:heliograph:problem:");
      }

      for (String path : List.of("/sse/%zz", "/sse/a b")) {
        assertThat(peer.next(peer.get(path)).status()).as(path).isBetween(400, 499);
      }
      int withBody = peer.request("GET", "/sse/bob", 0);
      for (int i = 0; i < 20; i++) {
        peer.send(Http2Peer.DATA, 0, withBody, new byte[1_000]);
      }
      peer.send(Http2Peer.DATA, Http2Peer.END_STREAM, withBody, new byte[0]);
      peer.until(withBody, LIVE);

      server.publish("alice", "still here");
      peer.until(alice, "data: still here\n\n");
    }
  }

  private static int connections(TestServer server) {
    return server.heliograph().hub().connections().count();
  }

  private static void awaitConnections(TestServer server, int count) {
    await()
        .pollInterval(Duration.ofMillis(5))
        .atMost(Duration.ofSeconds(8)) // The next heartbeat comes after 15 s.
        .untilAsserted(() -> assertThat(connections(server)).isEqualTo(count));
  }
}
