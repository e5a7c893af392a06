package io.heliograph.client.examples;

import static io.heliograph.client.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.NewEvent;
import io.heliograph.client.Publication;
import io.heliograph.client.SseClient;
import io.heliograph.client.StreamClosedException;
import io.heliograph.client.testkit.Exchange;
import io.heliograph.client.testkit.PublishTestServer;
import io.heliograph.client.testkit.SseTestServer;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.context.Context;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every example of the guide runs and does what the guide says. */
@Timeout(120)
class ExamplesTest {
  private final List<String> seen = new CopyOnWriteArrayList<>();

  /** Two events, and then: do not come back. */
  private static SseTestServer twoEvents() {
    return SseTestServer.start(
        exchange -> {
          if (exchange.number() == 1) {
            exchange.open().send("retry: 0\n").event("1", "", "a").event("2", "", "b");
          } else {
            exchange.status(204, "");
          }
        });
  }

  @Test
  void tenLinesPrintEvents() {
    var out = new ByteArrayOutputStream();
    var before = System.out;
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try (var server = twoEvents()) {
      TenLines.main(new String[] {server.uri().toString()});
    } finally {
      System.setOut(before);
    }
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly("message: a", "message: b");
  }

  @Test
  void theListenerHearsEvents() throws Exception {
    try (var server = twoEvents()) {
      Snippets.listener(server.uri(), seen);
      assertThat(seen).containsExactly("a", "b");
      assertThat(server.awaitRequest(1).target()).isEqualTo("/v1/users/alice/events?types=order.*");
    }
  }

  @Test
  void anAttemptIsRecorded() {
    var capture = new ArrayList<String>();
    try (var server = SseTestServer.start(exchange -> exchange.open().event("a").silence());
        var client = Snippets.observed(server.uri(), capture);
        var stream = client.open()) {
      assertThat(stream.iterator().next().data()).isEqualTo("a");
    }
    assertThat(String.join("", capture)).isEqualTo("data: a\n\n");
  }

  @Test
  void theSignalsTellWhatHappened() {
    try (var server = twoEvents()) {
      Snippets.signals(server.uri(), seen);
    }
    assertThat(seen)
        .containsExactly(
            "a", "b", "the server ended the stream", "the server answered 204", "over: BY_SERVER");
  }

  @Test
  void theSubscriberAsksOneByOne() {
    try (var server = twoEvents();
        var client = SseClient.create(server.uri())) {
      Snippets.follow(client, seen);
      await().untilAsserted(() -> assertThat(seen).containsExactly("a", "b", "complete"));
    }
  }

  @Test
  void theNextRunGoesOn(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("positions");
    try (var server = twoEvents()) {
      Snippets.resume(server.uri(), file, seen);
      Snippets.resume(server.uri(), file, seen);
      assertThat(server.awaitRequest(3).lastEventId()).isEqualTo("2");
      assertThat(seen).containsExactly("a", "b");
    }
  }

  @Test
  void theOtherEndpointIsTried() {
    URI gone;
    try (var down = SseTestServer.start()) {
      gone = down.uri();
    }
    try (var server = twoEvents();
        var client = Snippets.withSpare(gone, server.uri());
        var stream = client.open()) {
      stream.forEach(event -> seen.add(event.data()));
    }
    assertThat(seen).containsExactly("a", "b");
  }

  @Test
  void tokensAreRenewedOnce() {
    try (var server = SseTestServer.start(exchange -> exchange.status(401, ""));
        var client =
            Snippets.withTokens(
                server.uri(),
                renew -> {
                  seen.add("renew " + renew);
                  return "t";
                });
        var stream = client.open()) {
      try {
        stream.forEach(event -> seen.add(event.data()));
      } catch (StreamClosedException e) {
        seen.add("refused");
      }
    }
    assertThat(seen).containsExactly("renew false", "renew true", "refused");
  }

  @Test
  void anEventThatFailedComesAgain() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.request().lastEventId().isEmpty()) {
                    exchange.open().send("retry: 0\n").event("1", "", "a").silence();
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client = Snippets.careful(server.uri());
        var subscription =
            client.subscribe(
                event -> {
                  seen.add(event.data());
                  if (seen.size() == 1) {
                    throw new IllegalStateException("the database is away");
                  }
                })) {
      await().untilAsserted(() -> assertThat(seen).containsExactly("a", "a"));
      assertThat(subscription.closeReason()).isEmpty();
    }
  }

  @Test
  void eventsGoToTheHandlerOfTheirType() throws Exception {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange
                        .open()
                        .send("retry: 0\n")
                        .event("1", "order.changed", "{\"order\":17}")
                        .event("2", "note", "hi");
                  } else {
                    exchange.status(204, "");
                  }
                });
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(Snippets.router(seen))) {
      subscription.awaitClosed();
    }
    assertThat(seen).containsExactly("order 17", "note");
  }

  @Test
  void anEventIsPublished() {
    try (var server =
        SseTestServer.start(
            exchange -> {
              if (exchange.number() == 1) {
                exchange.status(202, "{\"id\":\"7\",\"connections\":1}");
              } else {
                exchange.status(403, "{\"detail\":\"the scope publish is missing\"}");
              }
            })) {
      assertThat(Snippets.publish(server.uri())).isEqualTo("kept as 7");
      assertThat(server.requests().get(0).body())
          .isEqualTo("{\"type\":\"order.changed\",\"data\":{\"order\":17}}");
      assertThat(Snippets.publish(server.uri()))
          .startsWith("not published: ")
          .contains("the scope publish is missing");
    }
  }

  @Test
  void eventsArePublishedFromAQueueAndAnOutbox() throws Exception {
    Snippets.testOfAPublisher();
    var rows = new ArrayList<>(List.of(new Snippets.Row(7, "bob", "1")));
    var outbox =
        new Snippets.Outbox() {
          private boolean crashed;

          @Override
          public List<Snippets.Row> oldest(int count) {
            return List.copyOf(rows);
          }

          @Override
          public void delete(Snippets.Row row) {
            if (!crashed) {
              crashed = true;
              throw new IllegalStateException("the program dies here");
            }
            rows.remove(row);
          }
        };
    try (var heliograph = PublishTestServer.start();
        var publisher = Snippets.withOwnToken(heliograph.uri(), scope -> "token-for-" + scope)) {
      assertThatThrownBy(() -> Snippets.relay(publisher, outbox)).hasMessageContaining("dies");
      Snippets.relay(publisher, outbox);
      heliograph.refuseNext(413, "urn:x", "too large");
      Snippets.publishLater(publisher, seen).handle((result, error) -> seen).join();

      assertThat(heliograph.awaitPublished(1))
          .containsExactly(
              Publication.toUser(
                  "bob", NewEvent.json("order.changed", "1").idempotencyKey("outbox-7")));
      assertThat(seen.get(0)).contains("too large");
    }
  }

  @Test
  void anEventCarriesTheTraceOfTheCurrentSpan() {
    Span span =
        Span.wrap(
            SpanContext.create(
                "0af7651916cd43dd8448eb211c80319c",
                "b7ad6b7169203331",
                TraceFlags.getSampled(),
                TraceState.getDefault()));
    try (var server =
            SseTestServer.start(
                exchange -> exchange.status(202, "{\"id\":\"7\",\"connections\":1}"));
        var publisher = Snippets.traced(server.uri())) {
      NewEvent event = NewEvent.json("order.changed", "17");
      Runnable publish = () -> publisher.publish("alice", event);
      Context.current().with(span).wrap(publish).run();
      publisher.publish("alice", event);

      assertThat(server.requests().stream().map(Exchange.Request::body))
          .containsExactly(
              "{\"type\":\"order.changed\",\"data\":17,\"traceparent\":"
                  + "\"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\"}",
              "{\"type\":\"order.changed\",\"data\":17}");
    }
  }

  @Test
  void aFiniteAnswerIsReadToItsEnd() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.open().event("Hel").event("io").event("[DONE]").silence());
        var client = SseClient.create(server.uri())) {
      assertThat(Snippets.finite(client, "{}")).isEqualTo("Hel\nio\n[DONE]\n");
    }
  }
}
