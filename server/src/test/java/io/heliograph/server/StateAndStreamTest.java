package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.Event;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographException;
import io.heliograph.client.HistoryPage;
import io.heliograph.client.HistorySpec;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The SDK's cursor and history against this server, and the guide's recipe with them. */
@Timeout(120)
class StateAndStreamTest {

  private static final Map<String, String> SMALL_LOG = Map.of("log.per-user.bytes", "1KiB");

  /** A view of numbers, each of which says that it is there. */
  private static class View implements StateAndStream.Orders {
    final Set<Integer> shown = new TreeSet<>();
    private final Collection<Integer> state;
    int loads;
    int applied;

    View(Collection<Integer> state) {
      this.state = state;
    }

    @Override
    public void load() {
      loads++;
      shown.addAll(state);
    }

    @Override
    public void apply(Event event) {
      applied++;
      shown.add(Integer.valueOf(event.data()));
    }
  }

  /** Long, so that a small log does not keep all of them. */
  private static String data(int number) {
    return "%0100d".formatted(number);
  }

  /** Each number is in the state before it is published, every fifth to all users. */
  private static void publish(TestServer server, Set<Integer> state, int first, int last) {
    for (int i = first; i <= last; i++) {
      state.add(i);
      if (i % 5 == 0) {
        server.broadcast(data(i));
      } else {
        server.publish("alice", data(i));
      }
    }
  }

  @Test
  void aViewThatFollowsFromItsCursorMissesNothing() throws Exception {
    int last = 2_000;
    Set<Integer> state = new ConcurrentSkipListSet<>();
    try (var server = TestServer.start();
        var api = HeliographApi.create(server.uri("/"));
        var client = SseClient.create(server.uri("/"))) {
      publish(server, state, 1, 100);
      var publishing = CompletableFuture.runAsync(() -> publish(server, state, 101, last));
      var view =
          new View(state) {
            @Override
            public void apply(Event event) {
              super.apply(event);
              if (shown.size() == last) {
                client.close();
              }
            }
          };

      StateAndStream.follow(api, client, view); // Returns only once nothing is missing.
      publishing.join();

      assertThat(view.loads).isEqualTo(1);
      assertThat(view.applied).isPositive();
    }
  }

  @Test
  void aViewThatOpensItsStreamTooLateLoadsAgain() throws Exception {
    Set<Integer> state = new ConcurrentSkipListSet<>();
    try (var server = TestServer.start(SMALL_LOG);
        var api = HeliographApi.create(server.uri("/"));
        var client = SseClient.create(server.uri("/"))) {
      var view =
          new View(state) {
            @Override
            public void load() {
              super.load();
              if (loads == 1) {
                publish(server, state, 1, 100); // More than the log keeps.
              }
            }

            @Override
            public void apply(Event event) {
              super.apply(event);
              if (event.data().equals(data(99))) {
                client.close();
              }
            }
          };

      StateAndStream.follow(api, client, view);

      assertThat(view.loads).isEqualTo(2);
      assertThat(view.shown).hasSize(100);
    }
  }

  @Test
  void aJobThatCatchesUpMissesNothing() {
    Set<Integer> state = new ConcurrentSkipListSet<>();
    try (var server = TestServer.start();
        var api = HeliographApi.create(server.uri("/"))) {
      String cursor = api.cursor("alice");
      var view = new View(List.of());
      publish(server, state, 1, 250);
      String next = StateAndStream.catchUp(api, cursor, view);
      publish(server, state, 251, 260);
      StateAndStream.catchUp(api, next, view);

      assertThat(view.loads).isZero();
      assertThat(view.applied).isEqualTo(260);
      assertThat(view.shown).isEqualTo(state);
    }
  }

  @Test
  void aJobThatComesTooLateLoadsTheState() {
    Set<Integer> state = new ConcurrentSkipListSet<>();
    try (var server = TestServer.start(SMALL_LOG);
        var api = HeliographApi.create(server.uri("/"))) {
      String cursor = api.cursor("alice");
      var view = new View(state);
      publish(server, state, 1, 100);
      StateAndStream.catchUp(api, cursor, view);

      assertThat(view.loads).isEqualTo(1);
      assertThat(view.shown).hasSize(100);
    }
  }

  @Test
  void aPageHoldsWhatTheServerKept() {
    try (var server = TestServer.start();
        var api = HeliographApi.create(server.uri("/"))) {
      Instant before = Instant.now().minusSeconds(60);
      String start = api.cursor("a ü");
      server.publish("a ü", "one\ntwo");
      server.broadcast("all");
      server.post("/v1/users/a%20%C3%BC/events?type=order", "text/plain", "three");

      HistorySpec spec = HistorySpec.user("a ü");
      HistoryPage whole = api.history(spec);
      assertThat(whole.events())
          .extracting(kept -> kept.event().type() + " " + kept.event().data())
          .containsExactly("message one\ntwo", "message all", "order three");
      assertThat(whole.events())
          .allSatisfy(
              kept -> assertThat(kept.published()).isBetween(before, before.plusSeconds(180)));
      assertThat(whole.more()).isFalse();
      assertThat(whole.gap()).isEmpty();
      assertThat(whole.cursor())
          .isEqualTo(whole.events().getLast().event().lastEventId())
          .isEqualTo(api.cursor("a ü"));

      HistoryPage first = api.history(spec.after(start).limit(2));
      HistoryPage second = api.history(spec.after(first.cursor()).limit(2));
      assertThat(first.events()).isEqualTo(whole.events().subList(0, 2));
      assertThat(first.more()).isTrue();
      assertThat(second.events()).isEqualTo(whole.events().subList(2, 3));
      assertThat(second.more()).isFalse();

      assertThat(api.history(spec.from("-1")).events()).isEqualTo(whole.events().subList(2, 3));
      assertThat(api.history(spec.types("order,x.*")).events())
          .isEqualTo(whole.events().subList(2, 3));
      assertThat(api.history(spec.after(whole.cursor()).from("oldest")).events()).isEmpty();
      assertThatThrownBy(() -> api.history(spec.from("yesterday")))
          .isInstanceOfSatisfying(
              HeliographException.class, e -> assertThat(e.status()).isEqualTo(400));
    }
  }

  @Test
  void aPageSaysWhatIsGone() {
    try (var server = TestServer.start(SMALL_LOG);
        var api = HeliographApi.create(server.uri("/"))) {
      String cursor = api.cursor("alice");
      IntStream.rangeClosed(1, 100).forEach(i -> server.publish("alice", data(i)));

      HistoryPage page = api.history(HistorySpec.user("alice").after(cursor));
      int lost = 100 - page.events().size();
      assertThat(lost).isPositive();
      assertThat(page.gap()).contains(new Signal.Gap("user", "expired", OptionalLong.of(lost)));
      assertThat(api.history(HistorySpec.user("alice").after("unknown")).gap())
          .hasValueSatisfying(
              gap -> {
                assertThat(gap.reason()).isEqualTo("unknown");
                assertThat(gap.lost()).isEmpty();
              });
    }
  }

  @Test
  void aUserReadsItsOwn() {
    try (var server = TestServer.start(TestTokens.settings(Map.of()));
        var api =
            HeliographApi.builder(server.uri("/"))
                .tokens(renew -> TestTokens.of("alice", "subscribe"))
                .build()) {
      assertThat(api.cursor()).isEqualTo(api.cursor("alice"));
      assertThat(api.history(HistorySpec.own()).cursor()).isEqualTo(api.cursor());
      assertThatThrownBy(() -> api.cursor("bob"))
          .isInstanceOfSatisfying(
              HeliographException.class, e -> assertThat(e.status()).isEqualTo(403));
      assertThatThrownBy(() -> api.history(HistorySpec.user("bob")))
          .isInstanceOfSatisfying(
              HeliographException.class, e -> assertThat(e.status()).isEqualTo(403));
    }
  }
}
