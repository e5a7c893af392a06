package io.heliograph.server;

import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.HeliographApi;
import io.heliograph.client.HeliographApi.UserPresence;
import io.heliograph.client.HeliographException;
import io.heliograph.client.NewEvent;
import io.heliograph.client.PresenceEdge;
import io.heliograph.client.Publication;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.StreamClosedException;
import io.heliograph.client.StreamSpec;
import io.heliograph.client.Subscription;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The SDK against this server: the two agree on all that only Heliograph does. */
@Execution(ExecutionMode.CONCURRENT) // They mostly wait: for tokens to end, and for restarts.
@Timeout(120)
@Order(1)
class SdkTest {
  private static final ReconnectPolicy SOON =
      ReconnectPolicy.exponential().first(Duration.ofMillis(50)).cap(Duration.ofMillis(200));

  /** Keeps what it hears, in order. */
  private static final class Heard implements SseListener {
    final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
    final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();

    @Override
    public void onEvent(Event event) {
      events.add(event);
    }

    @Override
    public void onSignal(Signal signal) {
      signals.add(signal);
    }

    boolean closed(String reason) {
      return signals.stream()
          .anyMatch(
              s ->
                  s instanceof Signal.Disconnected(Cause.ServerClosing closing)
                      && closing.reason().equals(reason));
    }
  }

  private static TestServer withTokens() {
    return TestServer.start(TestTokens.settings(Map.of()));
  }

  // ---- Publishing.

  @Test
  void eventsGoToOneToManyAndToAll() throws Exception {
    var alice = new Heard();
    var bob = new Heard();
    try (var server = TestServer.start();
        var client = SseClient.create(server.uri("/"));
        var publisher = EventPublisher.create(server.uri("/"));
        var first = client.subscribe(StreamSpec.user("alice ü"), alice);
        var second = client.subscribe(StreamSpec.user("bob"), bob)) {
      assertThat(first.awaitOpen(ofSeconds(10)) && second.awaitOpen(ofSeconds(10))).isTrue();
      await().until(() -> live(alice) && live(bob));

      var one = publisher.publish("bob", NewEvent.json("order", "{\"n\": 1.10}"));
      assertThat(one.connections()).isEqualTo(1);
      assertThat(one.id()).isNotEmpty();
      var both = publisher.publish(List.of("bob", "carol"), NewEvent.text("note", "a\nb"));
      assertThat(both.keySet()).containsExactly("bob", "carol");
      assertThat(List.copyOf(both.values()).get(1).connections()).isZero();
      publisher.broadcast(NewEvent.text("all", "x"));
      assertThat(publisher.publish("bob", NewEvent.text("now", "y").asEphemeral()).id()).isEmpty();
      publisher.publish("bob", NewEvent.text("short", "z").ttl(Duration.ofMinutes(1)));

      var seen = new ArrayList<String>();
      for (int i = 0; i < 5; i++) {
        Event event = bob.events.take();
        seen.add(event.type() + " " + event.data());
      }
      // Of the broadcast only the place within its own log is promised.
      assertThat(seen)
          .containsExactlyInAnyOrder("order {\"n\":1.10}", "note a\nb", "all x", "now y", "short z")
          .containsSubsequence("order {\"n\":1.10}", "note a\nb", "now y", "short z");
      assertThat(alice.events.take().type()).isEqualTo("all");
    }
  }

  @Test
  void whatManyThreadsPublishAtOnceComesOnceAndInTheOrderOfEachThread() throws Exception {
    var alice = new Heard();
    var ids = new ConcurrentLinkedQueue<String>();
    var refused = new ConcurrentLinkedQueue<PublishException>();
    try (var server = TestServer.start();
        var client = SseClient.create(server.uri("/"));
        var publisher = EventPublisher.create(server.uri("/"));
        var stream = client.subscribe(StreamSpec.user("alice"), alice)) {
      assertThat(stream.awaitOpen(ofSeconds(10))).isTrue();
      var threads = new ArrayList<Thread>();
      for (int t = 0; t < 8; t++) {
        String name = "t" + t;
        threads.add(
            Thread.ofPlatform()
                .start(
                    () -> {
                      for (int i = 0; i < 25; i++) {
                        ids.add(publisher.publish("alice", NewEvent.json(name, "" + i)).id());
                        try {
                          publisher.publish("alice", NewEvent.json("stream.no", "" + i));
                        } catch (PublishException e) {
                          refused.add(e);
                        }
                      }
                    }));
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(ids).hasSize(200).doesNotHaveDuplicates();
      assertThat(refused).hasSize(200).allMatch(e -> e.status() == 400 && !e.mayHaveHappened());
      var seen = new HashMap<String, List<String>>();
      for (int i = 0; i < 200; i++) {
        Event event = alice.events.take();
        seen.computeIfAbsent(event.type(), _ -> new ArrayList<>()).add(event.data());
      }
      assertThat(alice.events).isEmpty();
      assertThat(seen).hasSize(8);
      assertThat(seen.values())
          .containsOnly(IntStream.range(0, 25).mapToObj(Integer::toString).toList());
    }
  }

  private static boolean live(Heard heard) {
    return heard.signals.stream().anyMatch(Signal.Live.class::isInstance);
  }

  @Test
  void aTraceIsTheCommentRightBeforeItsEvent() throws Exception {
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    var heard = new Heard();
    var inOrder = new LinkedBlockingQueue<String>();
    var listener =
        new SseListener() {
          @Override
          public void onEvent(Event event) {
            inOrder.add(event.data());
          }

          @Override
          public void onSignal(Signal signal) {
            heard.onSignal(signal);
            if (signal instanceof Signal.Comment(String text) && !text.isEmpty()) {
              inOrder.add(text);
            }
          }
        };
    try (var server = TestServer.start();
        var client = SseClient.create(server.uri("/"));
        var _ = client.subscribe(StreamSpec.at("sse/alice?trace=true"), listener)) {
      await().until(() -> live(heard));
      server.publish("alice", "before");
      server.send(
          HttpRequest.newBuilder(server.uri("/v1/users/alice/events"))
              .headers("Content-Type", "text/plain", "traceparent", trace)
              .POST(HttpRequest.BodyPublishers.ofString("traced")));
      server.publish("alice", "after");

      assertThat(List.of(inOrder.take(), inOrder.take(), inOrder.take(), inOrder.take()))
          .containsExactly("before", " traceparent " + trace, "traced", "after");
    }
  }

  @Test
  void aBatchHasAResultForEachItemAndAKeyThatIsUsedAgainPublishesNothingAgain() throws Exception {
    try (var server = TestServer.start();
        var publisher = EventPublisher.create(server.uri("/"))) {
      var items = new ArrayList<Publication>();
      IntStream.range(0, 700)
          .forEach(i -> items.add(Publication.toUser("u" + i % 7, NewEvent.json("t", "" + i))));
      items.set(3, Publication.toUser("u3", NewEvent.text("t", "x".repeat(70_000))));
      items.set(4, Publication.toUsers(List.of("u1", "u2"), NewEvent.json("t", "4")));
      items.set(5, Publication.toAll(NewEvent.json("t", "5")));
      var results = publisher.publishAll(items);

      assertThat(results).hasSize(700);
      assertThat(results.get(0)).isInstanceOf(PublishResult.Accepted.class);
      assertThat(results.get(3))
          .isInstanceOfSatisfying(
              PublishResult.Refused.class,
              refused -> assertThat(refused.type()).startsWith("urn:heliograph:problem:"));
      assertThat(results.get(4)).isInstanceOf(PublishResult.AcceptedForUsers.class);
      assertThat(results.stream().filter(PublishResult.Refused.class::isInstance)).hasSize(1);
    }
  }

  @Test
  void aRefusalNamesTheProblem() {
    try (var server = TestServer.start();
        var publisher = EventPublisher.create(server.uri("/"))) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x".repeat(70_000))))
          .isInstanceOfSatisfying(
              PublishException.class,
              e -> {
                assertThat(e.status()).isEqualTo(413);
                assertThat(e.type()).isEqualTo("urn:heliograph:problem:event-too-large");
                assertThat(e.mayHaveHappened()).isFalse();
              });
    }
  }

  /** The pooled connections are dead then, and the port is closed for a while. */
  @Test
  void theFirstCallsAfterARestartOfTheServerWork() throws Exception {
    var server = TestServer.start();
    int port = server.port();
    try (var publisher = EventPublisher.create(server.uri("/"))) {
      publisher.publish("a", NewEvent.text("t", "1"));
      server.close();
      var restart =
          Thread.ofPlatform()
              .start(
                  () -> {
                    java.util.concurrent.locks.LockSupport.parkNanos(300_000_000);
                    try (var again = TestServer.start(Map.of("server.port", "" + port))) {
                      await().until(() -> Thread.currentThread().isInterrupted() || done.get() > 0);
                    }
                  });
      publisher.publish("a", NewEvent.text("t", "2"));
      publisher.broadcast(NewEvent.text("t", "3"));
      done.incrementAndGet();
      restart.join();
    }
  }

  private final AtomicInteger done = new AtomicInteger();

  /** As a backend does that finds the row still in its outbox after a crash. */
  @Test
  void underTheCallersKeyNothingIsPublishedTwiceAcrossACrashOfTheCaller() throws Exception {
    var heard = new Heard();
    NewEvent event = NewEvent.text("t", "once").idempotencyKey("outbox-17");
    try (var server = TestServer.start();
        var client = SseClient.create(server.uri("/"));
        var subscription = client.subscribe(StreamSpec.user("alice"), heard)) {
      assertThat(subscription.awaitOpen(ofSeconds(10))).isTrue();
      String first;
      try (var publisher = EventPublisher.create(server.uri("/"))) {
        first = publisher.publish("alice", event).id();
      }
      try (var publisher = EventPublisher.create(server.uri("/"))) {
        assertThat(publisher.publish("alice", event).id()).isEqualTo(first);
        publisher.publish("alice", NewEvent.text("t", "last"));
      }
      await().until(() -> heard.events.size() >= 2);

      assertThat(heard.events.stream().map(Event::data).toList()).containsExactly("once", "last");
    }
  }

  // ---- Tokens and tickets.

  @Test
  void theNextTokenIsThereBeforeTheLastOneEndsAndNoEventIsLost() throws Exception {
    var heard = new Heard();
    var asked = new LinkedBlockingQueue<Boolean>();
    try (var server = withTokens();
        var publisher =
            EventPublisher.builder(server.uri("/"))
                .tokens(renew -> TestTokens.of("backend", "publish"))
                .build();
        var client =
            SseClient.builder(server.uri("/"))
                .tokens(
                    renew -> {
                      asked.add(renew);
                      return TestTokens.of(
                          "alice", "subscribe", Duration.ofSeconds(renew ? 60 : 15));
                    })
                .build();
        var subscription = client.subscribe(StreamSpec.own(), heard)) {
      assertThat(subscription.awaitOpen(ofSeconds(10))).isTrue();
      for (int i = 0; i < 160; i++) {
        publisher.publish("alice", NewEvent.text("n", "" + i));
        java.util.concurrent.locks.LockSupport.parkNanos(100_000_000);
      }
      await().until(() -> heard.events.size() >= 160);

      assertThat(heard.events.stream().map(Event::data).toList())
          .isEqualTo(IntStream.range(0, 160).mapToObj(i -> "" + i).toList());
      assertThat(heard.signals)
          .anyMatch(Signal.Expiring.class::isInstance)
          .contains(new Signal.Disconnected(new Cause.TokenExpiring()));
      assertThat(heard.closed("token-expired")).isFalse();
      assertThat(asked).startsWith(false, true);
      assertThat(subscription.attempts()).hasSize(2);
    }
  }

  @Test
  void aTokenThatIsNotRenewedYetDoesNotEndItsReader() {
    var heard = new Heard();
    var token = new AtomicReference<String>(); // It ends 4 s after its stream has begun.
    try (var server = withTokens();
        var client =
            SseClient.builder(server.uri("/"))
                .reconnect(SOON)
                .tokens(
                    renew ->
                        token.updateAndGet(
                            old ->
                                old == null
                                    ? TestTokens.of("alice", "subscribe", Duration.ofSeconds(4))
                                    : old))
                .build();
        var subscription = client.subscribe(StreamSpec.own(), heard)) {
      // Its stream ends, and its returns are answered in a stream for a minute.
      await().atMost(ofSeconds(30)).until(() -> subscription.attempts().size() >= 4);

      assertThat(heard.closed("token-expired")).isTrue();
      assertThat(subscription.closeReason()).isEmpty();
    }
  }

  @Test
  void aTicketOpensAStreamWithoutAHeader() throws Exception {
    var heard = new Heard();
    try (var server = withTokens();
        var api =
            HeliographApi.builder(server.uri("/"))
                .tokens(renew -> TestTokens.of("alice", "subscribe"))
                .build();
        var client =
            SseClient.builder(server.uri("/"))
                .reconnect(SOON)
                .request(request -> request.query("ticket", api.ticket().value()))
                .build();
        var subscription = client.subscribe(StreamSpec.own(), heard)) {
      assertThat(subscription.awaitOpen(ofSeconds(10))).isTrue();
      subscription.restart(); // Each attempt gets a ticket of its own.
      await().until(() -> subscription.stats().connections() == 2);
      assertThat(api.ticket().toString()).doesNotContain(api.ticket().value());
    }
  }

  // ---- Presence, kicks, revocations.

  @Test
  void whoIsOnlineCanBeAskedAndFollowed() throws Exception {
    var edges = new LinkedBlockingQueue<PresenceEdge>();
    try (var server = TestServer.start(Map.of("presence.grace", "100ms"));
        var api = HeliographApi.create(server.uri("/"));
        var client = SseClient.create(server.uri("/"));
        var watch =
            client.subscribe(
                StreamSpec.presence(), event -> PresenceEdge.of(event).ifPresent(edges::add))) {
      assertThat(watch.awaitOpen(ofSeconds(10))).isTrue();
      await().until(() -> watch.stats().bytes() > 100);
      Instant before = Instant.now().minusSeconds(5);
      Subscription alice = client.subscribe(StreamSpec.user("alice"), event -> {});
      Subscription bob = client.subscribe(StreamSpec.user("bob"), event -> {});
      assertThat(List.of(edges.take(), edges.take()))
          .extracting(PresenceEdge::user, PresenceEdge::online)
          .containsExactlyInAnyOrder(
              org.assertj.core.groups.Tuple.tuple("alice", true),
              org.assertj.core.groups.Tuple.tuple("bob", true));

      assertThat(api.presence("alice")).isEqualTo(new UserPresence("alice", true, 1));
      assertThat(api.presence("nobody x")).isEqualTo(new UserPresence("nobody x", false, 0));
      assertThat(api.presence(List.of("zoe", "bob")))
          .containsExactly(new UserPresence("zoe", false, 0), new UserPresence("bob", true, 1));
      var page = api.online("", 1);
      assertThat(page.users()).containsExactly(new UserPresence("alice", true, 1));
      var rest = api.online(page.next().orElseThrow(), 10);
      assertThat(rest.users()).containsExactly(new UserPresence("bob", true, 1));
      assertThat(rest.next()).isEmpty();
      assertThat(api.connections("alice"))
          .singleElement()
          .satisfies(
              connection -> {
                assertThat(connection.since()).isAfter(before);
                assertThat(connection.remote()).startsWith("127.0.0.1:");
                assertThat(connection.agent()).contains("okhttp");
                assertThat(connection.lag()).isZero();
              });
      alice.close();
      assertThat(edges.take())
          .satisfies(
              edge -> {
                assertThat(edge.user()).isEqualTo("alice");
                assertThat(edge.online()).isFalse();
                assertThat(edge.at()).isAfter(before);
              });
      bob.close();
    }
  }

  @Test
  void whoIsKickedStaysAway() throws Exception {
    try (var server = TestServer.start();
        var api = HeliographApi.create(server.uri("/"));
        var client = SseClient.builder(server.uri("/")).reconnect(SOON).build();
        var one = client.subscribe(StreamSpec.user("alice"), event -> {});
        var two = client.subscribe(StreamSpec.user("alice"), event -> {})) {
      await().until(() -> api.presence("alice").connections() == 2);
      String connection = api.connections("alice").getFirst().id();
      assertThat(api.kick("alice", connection)).isTrue();
      await().until(() -> !api.kick("alice", connection)); // It is there until it has ended.
      assertThat(api.kick("alice")).isEqualTo(1);
      one.awaitClosed();
      two.awaitClosed();

      assertThat(one.closeReason()).contains(CloseReason.BY_SERVER);
      assertThat(two.closeReason()).contains(CloseReason.BY_SERVER);
      assertThat(one.attempts()).hasSize(1);
      api.forget("alice");
      assertThatThrownBy(() -> api.revokeUser("alice"))
          .isInstanceOfSatisfying(
              HeliographException.class,
              e -> assertThat(e.type()).isEqualTo("urn:heliograph:problem:auth-off"));
    }
  }

  @Test
  void accessCanBeTakenBack() throws Exception {
    try (var server = withTokens();
        var api =
            HeliographApi.builder(server.uri("/"))
                .tokens(renew -> TestTokens.of("ops", "operate"))
                .build();
        var client =
            SseClient.builder(server.uri("/"))
                .reconnect(SOON)
                .tokens(renew -> TestTokens.of("alice", "subscribe"))
                .build();
        var subscription = client.subscribe(StreamSpec.own(), event -> {})) {
      assertThat(subscription.awaitOpen(ofSeconds(10))).isTrue();
      await().until(() -> api.presence("alice").online());
      var revocation = api.revokeUser("alice");

      assertThat(revocation.connections()).isEqualTo(1);
      assertThat(revocation.until()).isAfter(Instant.now());
      subscription.awaitClosed();
      assertThat(subscription.closeReason()).contains(CloseReason.BY_SERVER);
      await().until(() -> !api.presence("alice").online()); // What is still ending counts.
      assertThat(api.revokeToken("some-jti").connections()).isZero();
    }
  }

  // ---- Heartbeats of choice.

  @Test
  void aReaderThatAsksForMoreHeartbeatsGivesUpSooner() throws Exception {
    var heard = new Heard();
    try (var server = TestServer.start();
        var client = SseClient.create(server.uri("/"));
        var subscription =
            client.subscribe(StreamSpec.user("alice").query("heartbeat", "8s"), heard)) {
      assertThat(subscription.awaitOpen(ofSeconds(10))).isTrue();
      await().until(() -> live(heard));

      var opened = (Signal.Opened) heard.signals.take();
      assertThat(opened.header("Sse-Heartbeat-Interval")).contains("8");
      assertThat(opened.heartbeatLimit()).contains(ofSeconds(21)); // Twice the interval and 5 s.
      assertThat(heard.signals)
          .filteredOn(Signal.Greeted.class::isInstance)
          .singleElement()
          .satisfies(g -> assertThat(((Signal.Greeted) g).heartbeat()).contains(ofSeconds(8)));
    }
  }

  @Test
  void anIntervalThatIsNotAllowedIsRefusedWithTheServersReason() throws Exception {
    try (var server = TestServer.start();
        var client = SseClient.create(server.uri("/"));
        var stream = client.open(StreamSpec.user("alice").query("heartbeat", "90s"))) {
      assertThatThrownBy(() -> stream.iterator().next())
          .isInstanceOf(StreamClosedException.class)
          .hasMessageContaining("400")
          .hasMessageContaining("60");
    }
  }

  // ---- Refused for now, and a restart.

  @Test
  void aServerThatIsFullIsNotTakenForAnOpenStream() throws Exception {
    var heard = new Heard();
    try (var server = TestServer.start(Map.of("limits.connections-per-user", "1"));
        var client = SseClient.create(server.uri("/"));
        var first = client.subscribe(StreamSpec.user("alice"), event -> {})) {
      assertThat(first.awaitOpen(ofSeconds(10))).isTrue();
      // Even where any connection counts as stable.
      try (var impatient =
              SseClient.builder(server.uri("/"))
                  .reconnect(SOON.stableAfter(Duration.ZERO))
                  .build();
          var second = impatient.subscribe(StreamSpec.user("alice"), heard)) {
        await().until(() -> second.attempts().size() >= 1 && !waiting(heard).isEmpty());
        assertThat(heard.closed("too-many-connections")).isTrue();
        assertThat(waiting(heard).getFirst().failures()).isEqualTo(1);
        second.restart();
        await().until(() -> second.stats().attempts() >= 2);
      }
    }
  }

  private static List<Signal.Reconnecting> waiting(Heard heard) {
    return heard.signals.stream()
        .filter(Signal.Reconnecting.class::isInstance)
        .map(Signal.Reconnecting.class::cast)
        .toList();
  }

  @Test
  void aStreamSurvivesARestartAndIsToldOfTheGap() throws Exception {
    var heard = new Heard();
    var server = TestServer.start();
    int port = server.port();
    try (var client = SseClient.builder(server.uri("/")).reconnect(SOON).build();
        var subscription = client.subscribe(StreamSpec.user("alice"), heard)) {
      assertThat(subscription.awaitOpen(ofSeconds(10))).isTrue();
      await().until(() -> live(heard));
      server.publish("alice", "1");
      heard.events.take();
      server.close();
      try (var again = TestServer.start(Map.of("server.port", "" + port))) {
        await().atMost(ofSeconds(30)).until(() -> subscription.stats().gaps() > 0);
        again.publish("alice", "2");
        assertThat(heard.events.take().data()).isEqualTo("2");
      }
      assertThat(heard.closed("drain")).isTrue();
    }
  }
}
