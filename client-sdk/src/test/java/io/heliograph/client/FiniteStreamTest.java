package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.Exchange.Framing;
import io.heliograph.client.testkit.SseTestServer;
import io.heliograph.client.testkit.VirtualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams that end by themselves, such as an LLM's answer, and servers that end each answer. */
@Timeout(120)
class FiniteStreamTest {
  private static final StreamSpec QUESTION =
      StreamSpec.endpoint().post("application/json", "{\"q\":1}");

  private static Exchange threeTokens(Exchange exchange) throws Exception {
    return exchange.open().event("a").event("b").event("[DONE]");
  }

  private static List<String> data(EventStream stream) {
    var data = new ArrayList<String>();
    for (Event event : stream) {
      data.add(event.data());
    }
    return data;
  }

  @Test
  void anAnswerThatEndsInOrderIsComplete() throws Exception {
    try (var server = SseTestServer.start(FiniteStreamTest::threeTokens);
        var client = SseClient.create(server.uri())) {
      try (var stream = client.open(QUESTION)) {
        assertThat(data(stream)).containsExactly("a", "b", "[DONE]");
        assertThat(stream.closeReason()).contains(CloseReason.COMPLETED);
      }
      assertThat(flow(client, QUESTION)).containsExactly("a", "b", "[DONE]", "complete");
      try (var subscription = client.subscribe(QUESTION, event -> {})) {
        subscription.awaitClosed();
        assertThat(subscription.closeReason()).contains(CloseReason.COMPLETED);
      }
      assertThat(server.requests()).hasSize(3);
    }
  }

  @Test
  void aGetThatIsNotToBeRepeatedIsCompleteAsWell() {
    try (var server = SseTestServer.start(FiniteStreamTest::threeTokens);
        var client = SseClient.builder(server.uri()).reconnect(ReconnectPolicy.never()).build();
        var stream = client.open()) {
      assertThat(data(stream)).hasSize(3);
      assertThat(stream.closeReason()).contains(CloseReason.COMPLETED);
    }
  }

  /** Inside an event, and inside the framing of HTTP between two events. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void anAnswerThatBreaksOffIsAnErrorOfItsOwnType(boolean insideAnEvent) throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (insideAnEvent) {
                    exchange
                        .open(Framing.CLOSE, 0, "Content-Type: text/event-stream")
                        .event("a")
                        .send("data: b\n");
                  } else {
                    exchange.open().event("a").cut();
                  }
                });
        var client = SseClient.create(server.uri())) {
      try (var stream = client.open(QUESTION)) {
        assertThatThrownBy(() -> data(stream))
            .isInstanceOfSatisfying(
                TruncatedStreamException.class,
                e -> assertThat(e.closed().reason()).isEqualTo(CloseReason.TRUNCATED));
      }
      assertThat(flow(client, QUESTION)).containsExactly("a", "TruncatedStreamException");
      assertThat(server.requests()).hasSize(2);
    }
  }

  @Test
  void anAnswerThatNeverBecameAStreamIsNotComplete() {
    try (var server = SseTestServer.start(exchange -> exchange.status(503, "busy"));
        var client = SseClient.create(server.uri());
        var stream = client.open(QUESTION)) {
      assertThatThrownBy(() -> data(stream))
          .isExactlyInstanceOf(StreamClosedException.class)
          .hasMessageContaining("503");
    }
  }

  @Test
  void anEventMayBeTheLastOneWhetherTheServerEndsTheAnswerOrNot() throws Exception {
    try (var server = SseTestServer.start(exchange -> threeTokens(exchange).silence());
        var client = SseClient.create(server.uri())) {
      StreamSpec spec = QUESTION.until(event -> event.data().equals("[DONE]"));
      try (var stream = client.open(spec)) {
        assertThat(data(stream)).containsExactly("a", "b", "[DONE]");
        assertThat(stream.closeReason()).contains(CloseReason.COMPLETED);
      }
      assertThat(flow(client, spec)).containsExactly("a", "b", "[DONE]", "complete");
      server.awaitConnections(0);
    }
  }

  @Test
  void theLastEventIsDoneBeforeTheStreamIsComplete() throws Exception {
    var store = ResumeStore.memory();
    try (var server =
            SseTestServer.start(
                exchange -> exchange.open().event("7", "", "a").event("8", "", "end").silence());
        var client = SseClient.builder(server.uri()).resume(store, AckMode.AFTER_HANDLER).build();
        var subscription =
            client.subscribe(
                StreamSpec.endpoint().named("s").until(event -> event.data().equals("end")),
                event -> {})) {
      subscription.awaitClosed();

      assertThat(subscription.closeReason()).contains(CloseReason.COMPLETED);
      assertThat(store.load("s")).contains("8");
    }
  }

  @Test
  void aConditionThatFailsEndsTheStreamBeforeTheEvent() throws Exception {
    var recorder = new Recorder();
    try (var server = SseTestServer.start(exchange -> threeTokens(exchange).silence());
        var client = SseClient.create(server.uri());
        var subscription =
            client.subscribe(
                QUESTION.until(
                    event -> {
                      throw new IllegalStateException("no JSON");
                    }),
                recorder)) {
      subscription.awaitClosed();

      assertThat(recorder.data()).isEmpty();
      assertThat(subscription.closeReason()).contains(CloseReason.HANDLER_FAILED);
      assertThat(recorder.causes().get(0).describe()).contains("no JSON");
    }
  }

  /** Waits grew to 30 s, and a limit of failures gave up after four good answers. */
  @Test
  void aServerThatEndsEachAnswerAndSaysWhenToComeBackIsNotFailing() {
    var recorder = new Recorder();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() <= 6) {
                    exchange.open();
                    if (exchange.number() == 1) {
                      exchange.send("retry: 50\n");
                    }
                    exchange.event("" + exchange.number(), "", "e" + exchange.number());
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().maxFailures(1))
                .build();
        var subscription = client.subscribe(recorder)) {
      await().until(() -> subscription.closeReason().isPresent());

      assertThat(recorder.data()).containsExactly("e1", "e2", "e3", "e4", "e5", "e6");
      assertThat(recorder.all(Signal.Reconnecting.class))
          .hasSize(6)
          .containsOnly(new Signal.Reconnecting(0, ofMillis(50)));
    }
  }

  @Test
  void aServerThatEndsEmptyAnswersIsFailing() {
    var recorder = new Recorder();
    try (var server = SseTestServer.start(exchange -> exchange.open().send("retry: 1\n\n"));
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(ZERO).maxFailures(3))
                .build();
        var subscription = client.subscribe(recorder)) {
      await().until(() -> subscription.closeReason().isPresent());

      assertThat(subscription.closeReason()).contains(CloseReason.GAVE_UP);
      assertThat(recorder.all(Signal.Reconnecting.class))
          .extracting(Signal.Reconnecting::failures)
          .containsExactly(1, 2, 3);
    }
  }

  /** A crowd that Heliograph spreads by its retry needs no further delay. */
  @Test
  void anEndThatHeliographPlannedWaitsForItsRetryOnly() throws Exception {
    var recorder = new Recorder();
    var clock = new VirtualClock();
    try (var server = SseTestServer.start();
        var client = SseClient.builder(server.uri()).timeSource(clock).build();
        var subscription = client.subscribe(recorder)) {
      server
          .take()
          .open()
          .introduce("c0")
          .send("retry: 412\n")
          .event("c0", "stream.closing", "{\"reason\":\"max-age\",\"reconnect\":true}");
      await().until(() -> recorder.all(Signal.Reconnecting.class).size() == 1);

      assertThat(recorder.all(Signal.Reconnecting.class))
          .containsExactly(new Signal.Reconnecting(0, ofMillis(412)));
      assertThat(subscription.lastEventId()).isEqualTo("c0");
    }
  }

  private static List<String> flow(SseClient client, StreamSpec spec) throws Exception {
    var heard = new LinkedBlockingQueue<String>();
    client
        .publisher(spec)
        .subscribe(
            new Flow.Subscriber<>() {
              @Override
              public void onSubscribe(Flow.Subscription subscription) {
                subscription.request(Long.MAX_VALUE);
              }

              @Override
              public void onNext(Event event) {
                heard.add(event.data());
              }

              @Override
              public void onError(Throwable error) {
                heard.add(error.getClass().getSimpleName());
                heard.add("over");
              }

              @Override
              public void onComplete() {
                heard.add("complete");
                heard.add("over");
              }
            });
    var all = new ArrayList<String>();
    for (String next = heard.take(); !next.equals("over"); next = heard.take()) {
      all.add(next);
    }
    return all;
  }
}
