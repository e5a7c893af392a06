package io.heliograph.server.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestReader;
import io.heliograph.server.TestTokens;
import io.heliograph.server.redis.RedisProcess;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several nodes as processes at a real Redis: what one knows and is told, all do. */
@Tag("slow")
@Timeout(180)
class ClusterTest {

  private static final Pattern TICKET = Pattern.compile("\"ticket\":\"([^\"]+)\"");
  private static final Pattern CONNECTION = Pattern.compile("\"id\":\"([^\"]+)\"");
  private static final Pattern EDGE =
      Pattern.compile("event: (online|offline)\ndata: \\{\"user\":\"([^\"]+)\",\"time\":\\d+}");

  private final RedisProcess redis = RedisProcess.start();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open.reversed()) {
      each.close();
    }
    redis.close();
  }

  private NodeProcess node() throws Exception {
    return node(Map.of("presence.grace", "500ms", "drain.window", "0s"), "");
  }

  private NodeProcess node(Map<String, String> settings, String token) throws Exception {
    NodeProcess node = NodeProcess.start(redis, settings, token);
    open.add(node);
    soon().until(() -> node.get("/health/ready").statusCode() == 200);
    return node;
  }

  private NodeProcess nodeWithTokens() throws Exception {
    return node(
        TestTokens.settings(Map.of("drain.window", "0s")),
        TestTokens.of("operator", TestTokens.ALL));
  }

  private TestReader reader(NodeProcess node, String path, String... headers) throws Exception {
    TestReader reader = node.open(path, headers);
    open.add(reader);
    return reader.awaitLive();
  }

  private static ConditionFactory soon() {
    return await()
        .atMost(Duration.ofSeconds(20))
        .pollInterval(Duration.ofMillis(20))
        .ignoreExceptions();
  }

  private static List<String> edges(TestReader reader, int count) throws Exception {
    var edges = new ArrayList<String>();
    for (String event : reader.nextEvents(count)) {
      Matcher edge = EDGE.matcher(event);
      assertThat(edge.matches()).as(event).isTrue();
      edges.add(edge.group(1) + " " + edge.group(2));
    }
    return edges;
  }

  @Test
  void presenceIsRightWithinTenSecondsOfAKillAndEachEdgeComesOnce() throws Exception {
    NodeProcess one = node();
    NodeProcess two = node();
    NodeProcess three = node();
    TestReader atOne = reader(one, "/v1/presence/events");
    TestReader atThree = reader(three, "/v1/presence/events");
    TestReader moves = reader(two, "/sse/moves");
    TestReader both = reader(one, "/sse/both");
    reader(two, "/sse/both");
    reader(two, "/sse/lost");
    TestReader stays = reader(three, "/sse/stays");
    assertThat(edges(atOne, 4))
        .containsExactlyInAnyOrder("online moves", "online both", "online lost", "online stays");
    soon()
        .until(
            () ->
                one.get("/v1/users")
                    .body()
                    .contains("\"user\":\"both\",\"online\":true,\"connections\":2"));
    long killed = System.nanoTime();
    two.kill();
    TestReader moved = reader(three, "/sse/moves", "Last-Event-ID: " + moves.lastEventId());

    assertThat(edges(atOne, 1)).containsExactly("offline lost");
    assertThat(edges(atThree, 5)).last().isEqualTo("offline lost");
    assertThat(Duration.ofNanos(System.nanoTime() - killed)).isLessThan(Duration.ofSeconds(10));
    for (NodeProcess node : List.of(one, three)) {
      assertThat(node.get("/v1/users").body())
          .isEqualTo(
              "{\"users\":[{\"user\":\"both\",\"online\":true,\"connections\":1},"
                  + "{\"user\":\"moves\",\"online\":true,\"connections\":1},"
                  + "{\"user\":\"stays\",\"online\":true,\"connections\":1}],\"next\":null}");
    }
    both.close();
    moved.close();
    stays.close();
    assertThat(edges(atOne, 3))
        .containsExactlyInAnyOrder("offline both", "offline moves", "offline stays");
    try (TestReader all = three.open("/v1/presence/events?from=oldest")) {
      assertThat(edges(all, 8)).doesNotHaveDuplicates();
    }
    // Nothing follows but what is caused now.
    reader(three, "/sse/last");
    assertThat(edges(atOne, 1)).containsExactly("online last");
    assertThat(edges(atThree, 4)).last().isEqualTo("online last");
  }

  @Test
  void aNodeAnswersForAllOfThemOrForItself() throws Exception {
    NodeProcess one = node();
    NodeProcess two = node();
    reader(two, "/sse/alice");
    reader(one, "/sse/bob");
    two.send("POST", "/v1/users/alice/events", "{\"data\":1}");
    soon()
        .until(
            () ->
                one.get("/v1/stats")
                    .body()
                    .contains("\"connections\":2,\"users\":2,\"published\":1"));
    assertThat(one.get("/v1/stats").body()).endsWith("\"nodes\":2}");
    assertThat(one.get("/v1/stats?node=self").body())
        .contains("\"connections\":1,\"users\":1,\"published\":0")
        .endsWith("\"nodes\":1}");
    assertThat(one.get("/v1/users?node=self").body()).contains("bob").doesNotContain("alice");
    assertThat(one.get("/v1/users/alice").body())
        .matches(
            "\\{\"user\":\"alice\",\"online\":true,\"connections\":\\[\\{\"id\":.*\"lag\":-1}]}");
    two.stop();

    soon().until(() -> one.get("/v1/stats").body().endsWith("\"nodes\":1}"));
    assertThat(one.get("/v1/users").body()).doesNotContain("alice");
  }

  @Test
  void aKickAtOneNodeEndsTheStreamsOfAnother() throws Exception {
    NodeProcess one = node();
    NodeProcess two = node();
    TestReader first = reader(two, "/sse/alice");
    soon().until(() -> one.get("/v1/users/alice").body().contains("\"id\""));
    Matcher id = CONNECTION.matcher(one.get("/v1/users/alice").body());
    assertThat(id.find()).isTrue();
    String kickOne = "/v1/users/alice/connections/" + id.group(1);
    assertThat(one.send("DELETE", kickOne, "").body()).isEqualTo("{\"closed\":1}");
    assertThat(first.nextControl("stream.closing")).contains("kicked");
    soon().until(() -> one.send("DELETE", kickOne, "").statusCode() == 404);
    TestReader second = reader(two, "/sse/alice");
    soon().until(() -> one.get("/v1/users/alice").body().contains("\"id\""));

    assertThat(one.send("DELETE", "/v1/users/alice/connections", "").body())
        .isEqualTo("{\"closed\":1}");
    assertThat(second.nextControl("stream.closing")).contains("kicked");
    try (TestReader returned =
        two.open(
            "/sse/alice", "Accept: text/event-stream", "Last-Event-ID: " + second.lastEventId())) {
      assertThat(returned.head()).startsWith("HTTP/1.1 204");
    }
  }

  @Test
  void aRevocationAtOneNodeAppliesToAllAndToOneThatStarts() throws Exception {
    NodeProcess one = nodeWithTokens();
    NodeProcess two = nodeWithTokens();
    String alice = TestTokens.of("alice", "subscribe");
    TestReader stream =
        TestReader.open(two.port(), "/v1/events", "Authorization: Bearer " + alice).awaitLive();
    open.add(stream);
    HttpResponse<String> revoked = one.send("POST", "/v1/revocations", "{\"user\":\"alice\"}");
    assertThat(revoked.statusCode()).as(revoked.body()).isEqualTo(200);
    assertThat(stream.nextControl("stream.closing")).contains("revoked");

    NodeProcess three = nodeWithTokens();
    for (NodeProcess node : List.of(two, three)) {
      try (TestReader again =
          TestReader.open(
              node.port(),
              "/v1/events",
              "Authorization: Bearer " + alice,
              "Accept: text/event-stream")) {
        assertThat(again.head()).startsWith("HTTP/1.1 204");
      }
    }
  }

  @Test
  void aTicketOpensOneStreamOverAllNodes() throws Exception {
    NodeProcess one = nodeWithTokens();
    NodeProcess two = nodeWithTokens();
    Matcher ticket = TICKET.matcher(one.send("POST", "/v1/tickets", "").body());
    assertThat(ticket.find()).isTrue();
    String path = "/v1/events?ticket=" + ticket.group(1);
    TestReader stream = reader(two, path);
    try (TestReader busy = one.open(path, "Accept: text/event-stream")) {
      assertThat(busy.nextControl("stream.closing")).contains("too-many-connections");
    }
    two.kill();

    try (TestReader reused = one.open(path)) {
      assertThat(reused.head()).startsWith("HTTP/1.1 ").doesNotStartWith("HTTP/1.1 2");
    }
    soon()
        .until(
            () -> {
              try (TestReader resumed =
                  one.open(
                      path,
                      "Accept: text/event-stream",
                      "Last-Event-ID: " + stream.lastEventId())) {
                return resumed.nextControl("stream.open").contains("resumed");
              }
            });
  }

  @Test
  void aPauseOfRedisDelaysEdgesAndOrdersAndLosesNone() throws Exception {
    NodeProcess one = node();
    NodeProcess two = node();
    TestReader edges = reader(one, "/v1/presence/events");
    TestReader alice = reader(two, "/sse/alice");
    TestReader bob = reader(two, "/sse/bob");
    assertThat(edges(edges, 2)).containsExactlyInAnyOrder("online alice", "online bob");
    soon().until(() -> one.get("/v1/users").body().contains("bob"));
    redis.pause();
    soon().until(() -> one.get("/health/ready").statusCode() == 503);
    bob.close();
    assertThat(one.get("/v1/users").statusCode()).isEqualTo(503);
    assertThat(one.get("/v1/users?node=self").statusCode()).isEqualTo(200);
    assertThat(one.send("DELETE", "/v1/users/alice/connections", "").statusCode()).isEqualTo(503);
    redis.resume();

    soon().until(() -> one.get("/health/ready").statusCode() == 200);
    assertThat(edges(edges, 1)).containsExactly("offline bob");
    assertThat(one.send("DELETE", "/v1/users/alice/connections", "").statusCode()).isEqualTo(200);
    assertThat(alice.nextControl("stream.closing")).contains("kicked");
    assertThat(edges(edges, 1)).containsExactly("offline alice");
  }

  @Test
  void aTailShowsTheEventsOfAllNodes() throws Exception {
    NodeProcess one = node();
    NodeProcess two = node();
    TestReader tail = reader(one, "/v1/tail?include=events,connects&users=a*");
    var seen = new AtomicBoolean();
    Thread probes =
        Thread.startVirtualThread(
            () -> {
              try {
                while (!seen.get()) {
                  two.send("POST", "/v1/users/ahead/events", "{\"data\":0}");
                }
              } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
              }
            });
    assertThat(tail.nextEvent()).startsWith("event: event\ndata: {\"user\":\"ahead\",");
    seen.set(true);
    probes.join();
    reader(two, "/sse/alice");
    two.send("POST", "/v1/users/bob/events", "{\"data\":0}");
    for (int i = 1; i <= 20; i++) {
      two.send("POST", "/v1/users/alice/events", "{\"type\":\"t\",\"data\":\"" + i + "\\nx\"}");
    }
    var shown = new ArrayList<String>();
    while (shown.size() < 21) {
      String event = tail.nextEvent();
      assertThat(event).doesNotContain("bob");
      if (event.contains("alice")) {
        shown.add(event);
      }
    }
    assertThat(shown.getFirst()).startsWith("event: connect\ndata: {\"user\":\"alice\",");
    for (int i = 1; i <= 20; i++) {
      assertThat(shown.get(i)).contains("\"type\":\"t\",\"data\":\"" + i + "\\nx\",\"time\":");
    }
    one.send("POST", "/v1/users/alice/events", "{\"data\":\"own\"}");
    assertThat(tail.nextEvent()).contains("own");
  }

  @Test
  void theAccessOfTheGuideSuffices() throws Exception {
    String guide = Files.readString(Path.of("../docs/guides/cluster.md"));
    String rule = guide.substring(guide.indexOf("ACL SETUSER"));
    String[] words = rule.substring(0, rule.indexOf("\n\n")).strip().split("\\s+", -1);
    redis.call(
        Stream.of(words).map(word -> word.replace(">PASSWORD", ">secret")).toArray(String[]::new));
    Path password = Files.createTempFile("password", ".txt");
    password.toFile().deleteOnExit();
    Files.writeString(password, "secret\n");
    Map<String, String> settings =
        TestTokens.settings(
            Map.of(
                "presence.grace", "100ms",
                "drain.window", "0s",
                "log.redis.user", "heliograph",
                "log.redis.password-file", password.toString()));
    String operator = TestTokens.of("operator", TestTokens.ALL);
    NodeProcess one = node(settings, operator);
    NodeProcess two = node(settings, operator);
    TestReader edges = reader(one, "/v1/presence/events");
    Matcher ticket = TICKET.matcher(one.send("POST", "/v1/tickets", "").body());
    assertThat(ticket.find()).isTrue();
    TestReader stream = reader(two, "/v1/events?ticket=" + ticket.group(1));
    assertThat(edges(edges, 1)).containsExactly("online operator");
    assertThat(one.send("POST", "/v1/revocations", "{\"jti\":\"x\"}").statusCode()).isEqualTo(200);
    assertThat(one.get("/v1/users").body()).contains("operator");
    assertThat(one.send("DELETE", "/v1/users/operator/connections", "").statusCode())
        .isEqualTo(200);
    assertThat(stream.nextControl("stream.closing")).contains("kicked");
    assertThat(edges(edges, 1)).containsExactly("offline operator");
    two.kill(); // So that its remains are removed with these rights, too.
    soon().until(() -> one.get("/v1/stats").body().endsWith("\"nodes\":1}"));
    assertThat(redis.call("ACL", "LOG")).isEmpty();
  }
}
