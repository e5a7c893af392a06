package io.heliograph.server.presence;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamLimits;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Replay;
import io.heliograph.server.log.Retention;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Edges in time that moves only here; connections are opened by {@link Streams}. */
class GraceTest {

  private static final Retention KEPT = new Retention(256, 1 << 20, Duration.ofHours(24));

  private final AtomicLong nanos = new AtomicLong();
  private final MemoryEventLog log = new MemoryEventLog(KEPT, KEPT, 1 << 20, nanos::get);
  private final Hub hub =
      new Hub(
          log,
          new StreamLimits(
              Duration.ofSeconds(15),
              Duration.ofSeconds(3),
              Duration.ofSeconds(30),
              Optional.empty()),
          nanos::get);
  private final LocalPresence presence = new LocalPresence(hub, Duration.ofSeconds(5), nanos::get);
  private final Streams streams = new Streams(hub);

  GraceTest() {
    hub.listen(presence);
  }

  @AfterEach
  void close() {
    presence.close();
    hub.close();
    log.close();
  }

  @Test
  void aUserIsOfflineOnceTheGraceHasPassedAndNotBefore() {
    streams.open("alice").close();
    pass(Duration.ofMillis(4999));
    assertThat(edges()).containsExactly("online");
    pass(Duration.ofMillis(1));

    assertThat(edges()).containsExactly("online", "offline");
  }

  @Test
  void whoComesBackWithinTheGraceWasNeverAway() {
    Streams.Open first = streams.open("alice");
    first.close();
    pass(Duration.ofSeconds(4));
    Streams.Open second = streams.open("alice");
    pass(Duration.ofSeconds(10));
    second.close();
    pass(Duration.ofSeconds(4));
    streams.open("alice").close();
    pass(Duration.ofSeconds(4));
    assertThat(edges()).containsExactly("online");
    pass(Duration.ofSeconds(1));

    assertThat(edges()).containsExactly("online", "offline");
  }

  @Test
  void theLastOfSeveralConnectionsCounts() {
    Streams.Open first = streams.open("alice");
    Streams.Open second = streams.open("alice");
    first.close();
    pass(Duration.ofSeconds(6));
    assertThat(edges()).containsExactly("online");
    second.close();
    pass(Duration.ofSeconds(6));

    assertThat(edges()).containsExactly("online", "offline");
  }

  /** However connections come, go and race with the timer: edges alternate, and end offline. */
  @Test
  void edgesAlternateUnderARace() throws InterruptedException {
    var threads = new ArrayList<Thread>();
    for (int t = 0; t < 4; t++) {
      threads.add(
          Thread.ofVirtual()
              .start(
                  () -> {
                    for (int i = 0; i < 200; i++) {
                      streams.open("alice").close();
                      pass(Duration.ofSeconds(3));
                    }
                  }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    pass(Duration.ofSeconds(6));

    List<String> edges = edges();
    for (int i = 0; i < edges.size(); i++) {
      assertThat(edges.get(i)).isEqualTo(i % 2 == 0 ? "online" : "offline");
    }
    assertThat(edges).hasSizeGreaterThan(1).last().isEqualTo("offline");
  }

  private void pass(Duration span) {
    nanos.addAndGet(span.toNanos());
    presence.look();
  }

  private List<String> edges() {
    try (Follow follow = hub.followEdges()) {
      Position start = Position.kept(follow.head().epoch(), 0);
      return follow.after(start, Integer.MAX_VALUE) instanceof Replay.Events(List<StoredEvent> all)
          ? all.stream().map(StoredEvent::type).toList()
          : List.of();
    }
  }
}
