package io.heliograph.client.examples;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.heliograph.client.AckMode;
import io.heliograph.client.AttemptObserver;
import io.heliograph.client.Event;
import io.heliograph.client.EventPublisher;
import io.heliograph.client.EventRouter;
import io.heliograph.client.EventStream;
import io.heliograph.client.FileResumeStore;
import io.heliograph.client.HandlerErrorPolicy;
import io.heliograph.client.NewEvent;
import io.heliograph.client.Publication;
import io.heliograph.client.PublishException;
import io.heliograph.client.PublishResult;
import io.heliograph.client.ResumeStore;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.StreamSpec;
import io.heliograph.client.TokenProvider;
import io.heliograph.client.TruncatedStreamException;
import io.heliograph.client.jackson.JacksonDecoder;
import io.heliograph.client.micrometer.MicrometerObserver;
import io.heliograph.client.testkit.PublishTestServer;
import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanContext;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The shorter pieces of the guide. */
final class Snippets {
  private Snippets() {}

  static void listener(URI server, List<String> seen) throws InterruptedException {
    // begin listener
    try (var client = SseClient.create(server);
        var subscription =
            client.subscribe(
                StreamSpec.user("alice").query("types", "order.*"),
                event -> seen.add(event.data()))) {
      subscription.awaitClosed(); // The subscription alone does not keep the JVM alive.
    }
    // end
  }

  static SseClient metrics(URI server, MeterRegistry registry) {
    // begin metrics
    return SseClient.builder(server).observer(new MicrometerObserver(registry)).build();
    // end
  }

  static SseClient observed(URI server, List<String> capture) {
    // begin observe
    AttemptObserver recorder =
        new AttemptObserver() {
          @Override
          public void received(ByteBuffer bytes) { // A view: copy what you keep.
            capture.add(StandardCharsets.UTF_8.decode(bytes).toString());
          }
        };
    return SseClient.builder(server).request(attempt -> attempt.observe(recorder)).build();
    // end
  }

  static void signals(URI server, List<String> seen) {
    // begin signals
    try (var client = SseClient.create(server);
        var stream = client.open(StreamSpec.user("alice"))) {
      for (Signal signal : stream.signals()) {
        if (signal instanceof Signal.Message message) {
          seen.add(message.event().data());
        } else if (signal instanceof Signal.Gap) {
          seen.add("lost: fetch the state again");
        } else if (signal instanceof Signal.Disconnected disconnected) {
          seen.add(disconnected.cause().describe());
        } else if (signal instanceof Signal.Closed closed) {
          seen.add("over: " + closed.reason());
        }
      }
    }
    // end
  }

  // begin flow
  /** Requests the next event after it has handled the current one. */
  static final class OneByOne implements Flow.Subscriber<Event> {
    private final List<String> seen;
    private Flow.@Nullable Subscription stream;

    OneByOne(List<String> seen) {
      this.seen = seen;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      stream = subscription;
      subscription.request(1);
    }

    @Override
    public void onNext(Event event) {
      seen.add(event.data());
      requireNonNull(stream).request(1);
    }

    @Override
    public void onError(Throwable error) { // Refused or given up; see StreamClosedException.
      seen.add(error.getMessage());
    }

    @Override
    public void onComplete() { // The server asked not to reconnect.
      seen.add("complete");
    }
  }

  static void follow(SseClient client, List<String> seen) {
    client.publisher(StreamSpec.user("alice")).subscribe(new OneByOne(seen));
  }

  // end

  static void resume(URI server, Path file, List<String> seen) throws IOException {
    // begin resume
    try (ResumeStore store = FileResumeStore.open(file);
        SseClient client = SseClient.builder(server).resume(store, AckMode.AFTER_HANDLER).build();
        EventStream stream = client.open(StreamSpec.user("alice").named("alice"))) {
      for (Event event : stream) { // Resumes where the last run of the program ended.
        seen.add(event.data());
      }
    }
    // end
  }

  /** What an order looks like in JSON. */
  record Order(int order) {}

  static SseListener router(List<String> seen) {
    // begin router
    return EventRouter.builder()
        .on(
            "order.changed",
            JacksonDecoder.of(new ObjectMapper(), Order.class),
            order -> seen.add("order " + order.order()))
        .otherwise(event -> seen.add(event.type()))
        .onSignal(Signal.Gap.class, gap -> seen.add("lost: fetch the state again"))
        .build();
    // end
  }

  static String finite(SseClient client, String json) {
    // begin finite
    StreamSpec question =
        StreamSpec.at("/v1/chat/completions")
            .post("application/json", json)
            .until(event -> event.data().equals("[DONE]"));
    var answer = new StringBuilder();
    try (EventStream stream = client.open(question)) {
      for (Event event : stream) { // Ends with the response.
        answer.append(event.data()).append('\n');
      }
      return answer.toString();
    } catch (TruncatedStreamException e) {
      throw new IllegalStateException("half an answer: " + answer, e);
    }
    // end
  }

  static SseClient careful(URI server) {
    // begin handler-errors
    return SseClient.builder(server).onHandlerError(HandlerErrorPolicy.REDELIVER).build();
    // end
  }

  static SseClient withTokens(URI server, TokenProvider issuer) {
    // begin tokens
    return SseClient.builder(server)
        .tokens(renew -> issuer.token(renew)) // renew: the last token was refused or expires soon.
        .build();
    // end
  }

  static SseClient withSpare(URI here, URI elsewhere) {
    // begin failover
    return SseClient.builder(here, elsewhere).build();
    // end
  }

  /** A row of a table that is written in the same transaction as the data. */
  record Row(long id, String user, String json) {}

  /** A table with such rows. */
  interface Outbox {
    List<Row> oldest(int count);

    void delete(Row row);
  }

  static void relay(EventPublisher publisher, Outbox outbox) {
    // begin outbox
    for (Row row : outbox.oldest(100)) {
      NewEvent event = NewEvent.json("order.changed", row.json());
      publisher.publish(row.user(), event.idempotencyKey("outbox-" + row.id()));
      outbox.delete(row); // After a crash before this line, the same key prevents a second event.
    }
    // end
  }

  static CompletableFuture<PublishResult> publishLater(
      EventPublisher publisher, List<String> seen) {
    // begin publish-async
    return publisher
        .publishAsync("alice", NewEvent.json("order.changed", "{\"order\":17}"))
        .whenComplete(
            (result, error) -> {
              if (error != null) {
                seen.add("not published: " + error.getMessage());
              } else if (result instanceof PublishResult.Refused refused) {
                seen.add("refused: " + refused.detail());
              }
            });
    // end
  }

  /** What the issuer of tokens says. */
  interface Issuer {
    String clientCredentials(String scope) throws IOException;
  }

  static EventPublisher withOwnToken(URI server, Issuer issuer) {
    // begin backend-token
    var cached = new AtomicReference<String>("");
    return EventPublisher.builder(server)
        .tokens(
            renew -> {
              if (renew || cached.get().isEmpty()) { // It was refused, or there is none yet.
                cached.set(issuer.clientCredentials("publish"));
              }
              return cached.get();
            })
        .build();
    // end
  }

  static EventPublisher traced(URI server) {
    // begin traces
    return EventPublisher.builder(server)
        .traceparent(
            () -> {
              SpanContext span = Span.current().getSpanContext();
              String ids = span.getTraceId() + "-" + span.getSpanId();
              return Optional.of("00-" + ids + "-" + span.getTraceFlags().asHex())
                  .filter(value -> span.isValid());
            })
        .build();
    // end
  }

  static void testOfAPublisher() {
    // begin publish-test
    try (var heliograph = PublishTestServer.start();
        var publisher = EventPublisher.create(heliograph.uri())) {
      NewEvent event = NewEvent.json("order.changed", "{\"order\":17}");
      heliograph.loseNextAnswer(); // The publisher retries under the same key.
      publisher.publish("alice", event);

      assertThat(heliograph.published()).containsExactly(Publication.toUser("alice", event));
    }
    // end
  }

  static String publish(URI server) {
    // begin publish
    try (var publisher = EventPublisher.create(server)) {
      var accepted = publisher.publish("alice", NewEvent.json("order.changed", "{\"order\":17}"));
      return "kept as " + accepted.id();
    } catch (PublishException e) {
      return e.mayHaveHappened()
          ? "unknown: " + e.getMessage()
          : "not published: " + e.getMessage();
    }
    // end
  }
}
