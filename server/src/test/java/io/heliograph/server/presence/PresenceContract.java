package io.heliograph.server.presence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.Connections.Online;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every presence must do. A new one gets a subclass with {@link #open}, and must pass all. */
public abstract class PresenceContract {

  protected static final Duration GRACE = Duration.ofMillis(400);

  protected static final Retention KEPT = new Retention(10_000, 4 << 20, Duration.ofHours(24));
  private static final StreamLimits LIMITS =
      new StreamLimits(
          Duration.ofSeconds(15), Duration.ofSeconds(3), Duration.ofSeconds(30), Optional.empty());
  private static final Pattern EDGE =
      Pattern.compile("event: (\\w+)\ndata: \\{\"user\":\"(.+)\",\"time\":(\\d+)}");

  // The log of the transitions, which all nodes have in common.
  private EventLog log;
  private Follow follow;

  private final List<Node> nodes = new ArrayList<>();

  /** Opens the log. */
  protected EventLog openLog() {
    return new MemoryEventLog(KEPT, KEPT, 64 << 20, NanoClock.SYSTEM);
  }

  protected final EventLog log() {
    return log;
  }

  @BeforeEach
  void open() {
    log = openLog();
    follow = log.follow(LogName.PRESENCE);
  }

  /** Opens the presence of one node. */
  protected abstract Presence open(Hub hub, Duration grace);

  /** A node with its connections. */
  protected record Node(Hub hub, Presence presence, Streams streams) {}

  protected final Node node(Duration grace) {
    var hub = new Hub(log, LIMITS, NanoClock.SYSTEM);
    Presence presence = open(hub, grace);
    hub.listen(presence);
    var node = new Node(hub, presence, new Streams(hub));
    nodes.add(node);
    return node;
  }

  @AfterEach
  void closeNodes() {
    nodes.forEach(node -> node.presence.close());
    nodes.forEach(node -> node.hub.close());
    follow.close();
    log.close();
    afterNodes();
  }

  /** Closes what the presence of all nodes needs. */
  protected void afterNodes() {}

  /** A transition: {@code online alice}. */
  protected record Edge(String what, long timeMillis) {}

  protected static ConditionFactory soon() {
    return await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(5));
  }

  protected final List<String> edges() {
    return timedEdges().stream().map(Edge::what).toList();
  }

  protected final void awaitEdges(String... expected) {
    soon().untilAsserted(() -> assertThat(edges()).containsExactly(expected));
  }

  private List<Edge> timedEdges() {
    return follow.latest(Integer.MAX_VALUE, _ -> true).stream()
        .map(PresenceContract::edge)
        .toList();
  }

  protected final long epochOfEdges() {
    return follow.head().epoch();
  }

  private static Edge edge(StoredEvent event) {
    String block = new String(event.block(), StandardCharsets.UTF_8).strip();
    Matcher edge = EDGE.matcher(block);
    assertThat(edge.matches()).as(block).isTrue();
    return new Edge(edge.group(1) + " " + edge.group(2), Long.parseLong(edge.group(3)));
  }

  @Test
  void aUserIsOfflineOnceTheGraceHasPassedAndNotBefore() {
    Node node = node(GRACE);
    Streams.Open stream = node.streams.open("alice");
    awaitEdges("online alice");
    long left = System.currentTimeMillis();
    stream.close();
    awaitEdges("online alice", "offline alice");

    assertThat(timedEdges().getLast().timeMillis()).isGreaterThanOrEqualTo(left + GRACE.toMillis());
  }

  @Test
  void whoComesBackWithinTheGraceWasNeverAway() {
    Node node = node(GRACE);
    Streams.Open away = node.streams.open("alice");
    Streams.Open gone = node.streams.open("bob");
    awaitEdgesInAnyOrder("online alice", "online bob");
    away.close();
    gone.close();
    try (Streams.Open _ = node.streams.open("alice")) {
      awaitEdgesInAnyOrder("online alice", "online bob", "offline bob");
    }
    awaitEdgesInAnyOrder("online alice", "online bob", "offline bob", "offline alice");
  }

  @Test
  void theLastOfSeveralConnectionsCounts() {
    Node node = node(Duration.ZERO);
    Streams.Open first = node.streams.open("alice");
    Streams.Open second = node.streams.open("alice");
    awaitEdges("online alice");
    first.close();
    node.streams.open("bob").close();
    awaitEdges("online alice", "online bob", "offline bob");
    second.close();

    awaitEdges("online alice", "online bob", "offline bob", "offline alice");
  }

  @Test
  void aShortVisitIsSeen() {
    Node node = node(GRACE);
    node.streams.open("alice").close();

    awaitEdges("online alice", "offline alice");
  }

  /** However connections come and go: edges alternate, and end offline. */
  @Test
  void edgesAlternateUnderARace() throws InterruptedException {
    Node node = node(Duration.ofMillis(1));
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      node.streams.open("alice").close();
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    node.streams.open("bob").close();
    soon().until(() -> edges().contains("offline bob"));
    soon().until(() -> edges().stream().filter(e -> e.endsWith("alice")).count() % 2 == 0);

    List<String> edges = edges().stream().filter(edge -> edge.endsWith("alice")).toList();
    assertThat(edges).isNotEmpty();
    for (int i = 0; i < edges.size(); i++) {
      assertThat(edges.get(i)).isEqualTo(i % 2 == 0 ? "online alice" : "offline alice");
    }
  }

  @Test
  void theDirectoryListsWhoIsConnectedInPages() {
    Node node = node(GRACE);
    Directory directory = node.presence.directory();
    node.streams.open("left").close();
    var open = new ArrayList<Streams.Open>();
    for (int i = 0; i < 25; i++) {
      open.add(node.streams.open("user-" + (char) ('a' + i)));
    }
    open.add(node.streams.open("user-c"));
    var twice = new Online(new UserId("user-c"), 2);
    soon().until(() -> directory.figures().stats().users() == 25);
    soon().until(() -> directory.page("user-b", 1).equals(List.of(twice)));

    List<Online> first = directory.page("", 10);
    assertThat(first).hasSize(10);
    assertThat(first.get(0)).isEqualTo(new Online(new UserId("user-a"), 1));
    assertThat(first.get(2)).isEqualTo(twice);
    assertThat(directory.page("user-j", 10)).first().extracting("user").hasToString("user-k");
    assertThat(directory.page("user-t", 10)).hasSize(5);
    assertThat(directory.page("user-y", 10)).isEmpty();
    assertThat(directory.count(List.of(new UserId("nobody"), new UserId("user-c"))))
        .containsExactly(new Online(new UserId("nobody"), 0), twice);
    open.forEach(Streams.Open::close);
    soon().until(() -> directory.figures().stats().users() == 0);
    assertThat(directory.page("", 10)).isEmpty();
  }

  @Test
  void theDirectoryDescribesConnections() {
    Node node = node(GRACE);
    Instant before = Instant.now().minusMillis(1);
    try (Streams.Open _ = node.streams.open("alice {}%\"é\uD83D\uDE80")) {
      var user = new UserId("alice {}%\"é\uD83D\uDE80");
      Directory directory = node.presence.directory();
      soon().until(() -> !directory.of(user).isEmpty());

      Directory.Seen seen = directory.of(user).getFirst();
      assertThat(seen.id()).isEqualTo(node.hub.connections().of(user).getFirst().id());
      assertThat(seen.since()).isBetween(before, Instant.now());
      assertThat(seen.remote()).isEqualTo("test");
      assertThat(seen.agent()).isEmpty();
      assertThat(seen.lag()).isEqualTo(OptionalLong.of(0));
      assertThat(directory.page("", 10)).containsExactly(new Online(user, 1));
      assertThat(directory.of(new UserId("nobody"))).isEmpty();
    }
  }

  protected final void awaitEdgesInAnyOrder(String... expected) {
    soon().untilAsserted(() -> assertThat(edges()).containsExactlyInAnyOrder(expected));
  }
}
