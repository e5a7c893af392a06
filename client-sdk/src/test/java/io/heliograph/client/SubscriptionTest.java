package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.testkit.SseTestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import okhttp3.Cache;
import okhttp3.OkHttpClient;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The two ways of consuming, and how they end. */
@Timeout(120)
@Isolated // On Java 17, a thread that is done may go on as another test's.
class SubscriptionTest {
  private static final ReconnectPolicy AT_ONCE = ReconnectPolicy.exponential().first(Duration.ZERO);

  @Test
  void aSubscriptionHearsAllOnOneVirtualThread() throws Exception {
    var threads = new ArrayList<Thread>();
    var names = new ArrayList<String>();
    var recorder =
        new Recorder() {
          @Override
          public void onEvent(Event event) throws Exception {
            threads.add(Thread.currentThread());
            names.add(Thread.currentThread().getName());
            super.onEvent(event);
          }

          @Override
          public void onSignal(Signal signal) throws Exception {
            threads.add(Thread.currentThread());
            names.add(Thread.currentThread().getName());
            super.onSignal(signal);
          }
        };
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() > 2) {
                    exchange.status(204, "");
                  } else {
                    exchange.open().event("i" + exchange.number(), "t", "a\nb").send(": hi\n");
                  }
                });
        var client = SseClient.builder(server.uri()).reconnect(AT_ONCE).build();
        var subscription = client.subscribe(recorder)) {
      subscription.awaitClosed();

      var opened = recorder.all(Signal.Opened.class);
      assertThat(recorder.signals())
          .containsExactly(
              opened.get(0),
              new Signal.Message(new Event("t", "a\nb", "i1")),
              new Signal.Comment(" hi"),
              new Signal.Disconnected(new Cause.ServerClosed(false)),
              new Signal.Reconnecting(1, Duration.ZERO),
              opened.get(1),
              new Signal.Message(new Event("t", "a\nb", "i2")),
              new Signal.Comment(" hi"),
              new Signal.Disconnected(new Cause.ServerClosed(false)),
              new Signal.Reconnecting(2, Duration.ZERO),
              recorder.signals().get(10),
              new Signal.Closed(CloseReason.BY_SERVER, recorder.causes().get(2)));
      assertThat(opened.get(1).lastEventId()).isEqualTo("i1");
      assertThat(threads).allMatch(Thread::isDaemon);
      assertThat(names).containsOnly("heliograph-listener");
      assertThat(subscription.state()).isEqualTo(Subscription.State.CLOSED);
      assertThat(subscription.closeReason()).contains(CloseReason.BY_SERVER);
      assertThat(subscription.lastEventId()).isEqualTo("i2");
    }
  }

  @Test
  void aSilentStreamKeepsNoListenerThread() {
    var threads = new CopyOnWriteArrayList<Thread>();
    var loaders = new CopyOnWriteArrayList<ClassLoader>();
    var more = new CountDownLatch(1);
    SseListener listener =
        event -> {
          loaders.add(Thread.currentThread().getContextClassLoader());
          threads.add(Thread.currentThread());
        };
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open().event("1", "", "a");
                  more.await();
                  exchange.event("2", "", "b").silence();
                });
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(listener)) {
      await()
          .untilAsserted(() -> assertThat(threads).singleElement().returns(false, Thread::isAlive));
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
      assertThat(subscription.lastEventId()).isEqualTo("1"); // It is done.
      more.countDown();

      await().until(() -> threads.size() == 2);
      assertThat(loaders).containsOnly(Thread.currentThread().getContextClassLoader());
    }
  }

  /** A thread that waits keeps its stack, and most streams wait most of the time. */
  @Test
  void theReaderOfASilentStreamWaitsBelowOkHttpSse() {
    var reader = new CompletableFuture<Thread>();
    var seen = new CopyOnWriteArrayList<String>();
    var observer =
        new ClientObserver() {
          @Override
          public void bytesReceived(String stream, long bytes) {
            reader.complete(Thread.currentThread());
          }
        };
    SseListener listener = event -> seen.add(event.data());
    try (var server =
            SseTestServer.start(exchange -> exchange.open().event("1", "", "a").silence());
        var client = SseClient.builder(server.uri()).observer(observer).build();
        var subscription = client.subscribe(listener)) {
      await().until(() -> seen.contains("a"));

      await()
          .untilAsserted(
              () ->
                  assertThat(reader.join().getStackTrace())
                      .extracting(StackTraceElement::getClassName)
                      .anyMatch(name -> name.startsWith("okhttp3.internal.http1."))
                      .noneMatch(name -> name.startsWith("okhttp3.sse.")));
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    }
  }

  @Test
  void tenLinesAreEnough() {
    var seen = new ArrayList<String>();
    try (var server =
        SseTestServer.start(exchange -> exchange.open().event("", "", "a").event("", "", "b"))) {
      try (SseClient client = SseClient.create(server.uri());
          EventStream stream = client.open()) {
        for (Event event : stream) {
          seen.add(event.type() + ": " + event.data());
          if (seen.size() == 3) {
            break;
          }
        }
      }
    }
    assertThat(seen).containsExactly("message: a", "message: b", "message: a");
  }

  @Test
  void aReaderMayWaitForSoLongOnly() throws Exception {
    var more = new CountDownLatch(1);
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open();
                  more.await();
                  exchange.event("", "", "a").silence();
                });
        var client = SseClient.create(server.uri());
        var stream = client.open()) {
      assertThat(stream.poll(ofSeconds(20)))
          .hasValueSatisfying(s -> assertThat(s).isInstanceOf(Signal.Opened.class));
      assertThat(stream.poll(ofMillis(50))).isEmpty();
      more.countDown();
      assertThat(stream.poll(ofSeconds(20)))
          .contains(new Signal.Message(new Event("message", "a", "")));
      assertThat(stream.closeReason()).isEmpty();
    }
  }

  @Test
  @SuppressWarnings("NullAway") // As from a program that is compiled without it.
  void aReaderThatNamesNoLimitIsToldAndDoesNotWaitForEver() {
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var client = SseClient.create(server.uri());
        var stream = client.open()) {
      assertThatThrownBy(() -> stream.poll(null)).isInstanceOf(NullPointerException.class);
    }
  }

  @Test
  void headersAndTheFirstIdAreSent() {
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var client = SseClient.builder(server.uri()).header("X-A", "1").header("X-B", "1").build();
        var stream =
            client.open(
                StreamSpec.at("x").header("X-B", "2").lastEventId("é7").query("from", "oldest"))) {
      assertThat(stream.iterator().hasNext()).isFalse();

      var request = server.requests().get(0);
      assertThat(request.target()).isEqualTo("/x?from=oldest");
      assertThat(request.header("X-A")).contains("1");
      assertThat(request.header("X-B")).contains("2");
      assertThat(request.headerUtf8("Last-Event-ID")).contains("é7");
      assertThat(request.header("Accept")).contains("text/event-stream");
      assertThat(request.header("Cache-Control")).contains("no-cache");
    }
  }

  @Test
  void aHeaderMayBeSentSeveralTimesAndThoseOfTheSpecReplaceThoseOfTheClient() {
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var client =
            SseClient.builder(server.uri())
                .header("X-A", "gone")
                .header("x-a", "1")
                .addHeader("X-A", "2")
                .addHeader("X-B", "gone")
                .addHeader("Accept", "text/event-stream;q=1")
                .build();
        var stream =
            client.open(
                StreamSpec.endpoint()
                    .addHeader("x-b", "gone")
                    .header("X-B", "3")
                    .addHeader("X-B", "3"))) {
      assertThat(stream.iterator().hasNext()).isFalse();

      assertThat(server.requests().get(0).headers())
          .contains(Map.entry("Accept", "text/event-stream;q=1"))
          .filteredOn(header -> header.getKey().matches("(?i)x-.|accept"))
          .extracting(Map.Entry::getValue)
          .containsExactlyInAnyOrder("1", "2", "3", "3", "text/event-stream;q=1");
    }
  }

  @Test
  void closingFromACallbackEndsItThere() throws Exception {
    var recorder = new Recorder();
    var subscription = new AtomicReference<Subscription>();
    var started = new CountDownLatch(1);
    try (var server =
            SseTestServer.start(
                exchange -> exchange.open().event("1", "", "a").event("2", "", "b").silence());
        var client = SseClient.create(server.uri())) {
      subscription.set(
          client.subscribe(
              new SseListener() {
                @Override
                public void onEvent(Event event) throws Exception {
                  started.await();
                  recorder.onEvent(event);
                  subscription.get().close();
                }

                @Override
                public void onSignal(Signal signal) throws Exception {
                  recorder.onSignal(signal);
                }
              }));
      started.countDown();

      assertThat(subscription.get().awaitClosed(ofSeconds(20))).isTrue();
      assertThat(recorder.data()).containsExactly("a");
      assertThat(recorder.signals()).hasSize(2); // Opened and the event; no Closed.
      assertThat(subscription.get().closeReason()).contains(CloseReason.BY_CALLER);
      assertThat(subscription.get().lastEventId()).isEqualTo("1");
      await().untilAsserted(() -> assertThat(server.connections()).isZero());
    }
  }

  @Test
  @SuppressWarnings("try") // Closing early is what is tested.
  void closingEndsEveryKindOfWait() throws Exception {
    try (var silent = SseTestServer.start(exchange -> exchange.open().silence());
        var mute = SseTestServer.start(exchange -> exchange.silence());
        var busy = SseTestServer.start(exchange -> exchange.status(503, "", "Retry-After: 3600"))) {
      for (var server : List.of(silent, mute, busy)) {
        try (var client = SseClient.create(server.uri());
            var pushed = client.subscribe(event -> {});
            var pulled = client.open()) {
          var reader = Threads.start("test-thread", () -> pulled.signals().forEach(s -> {}));
          await().until(() -> server.requests().size() >= 2);

          client.close();

          // These waits would last for 20 s and more.
          assertThat(pushed.awaitClosed(ofSeconds(15))).isTrue();
          assertThat(Threads.join(reader, ofSeconds(15))).isTrue();
          assertThatThrownBy(client::open).hasMessageContaining("closed");
        }
        await().untilAsserted(() -> assertThat(server.connections()).isZero());
      }
    }
  }

  @Test
  void aReaderThatIsInterruptedEndsAndStaysInterrupted() throws Exception {
    var interrupted = new AtomicReference<Boolean>();
    try (var server = SseTestServer.start(exchange -> exchange.open().silence());
        var client = SseClient.create(server.uri());
        var stream = client.open()) {
      var reader =
          Threads.start(
              "test-thread",
              () -> {
                assertThat(stream.iterator().hasNext()).isFalse();
                interrupted.set(Thread.currentThread().isInterrupted());
              });
      await().until(() -> !server.requests().isEmpty());
      reader.interrupt();

      assertThat(Threads.join(reader, ofSeconds(15))).isTrue();
      assertThat(interrupted).hasValue(true);
      assertThat(stream.closeReason()).contains(CloseReason.BY_CALLER);
    }
  }

  @Test
  void aListenerThatFailsIsMetByThePolicy() throws Exception {
    // A server that resumes: it sends the events after the last id.
    try (var server =
        SseTestServer.start(
            exchange -> {
              int last = Integer.parseInt(exchange.request().header("Last-Event-ID").orElse("0"));
              if (last == 3) {
                exchange.status(204, "");
                return;
              }
              exchange.open();
              for (int i = last + 1; i <= 3; i++) {
                exchange.event("" + i, "", "e" + i);
              }
            })) {
      assertThat(heardDespiteFailure(server, HandlerErrorPolicy.CONTINUE))
          .containsExactly("e1", "e2!", "e3", "BY_SERVER at 3");
      assertThat(heardDespiteFailure(server, HandlerErrorPolicy.REDELIVER))
          .containsExactly("e1", "e2!", "e2", "e3", "BY_SERVER at 3");
      assertThat(heardDespiteFailure(server, HandlerErrorPolicy.CLOSE))
          .containsExactly("e1", "e2!", "HANDLER_FAILED at 1");
    }
  }

  private static List<String> heardDespiteFailure(SseTestServer server, HandlerErrorPolicy policy)
      throws InterruptedException {
    var heard = new ArrayList<String>();
    var failed = new AtomicInteger();
    try (var client =
            SseClient.builder(server.uri()).reconnect(AT_ONCE).onHandlerError(policy).build();
        var subscription =
            client.subscribe(
                event -> {
                  if (event.data().equals("e2") && failed.getAndIncrement() == 0) {
                    heard.add("e2!");
                    throw new AssertionError("an Error, not only an Exception");
                  }
                  heard.add(event.data());
                })) {
      subscription.awaitClosed();
      heard.add(subscription.closeReason().orElseThrow() + " at " + subscription.lastEventId());
    }
    return heard;
  }

  @Test
  void anEventIsNotDoneWhileItsHandlerRuns() throws Exception {
    var handling = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    try (var server =
            SseTestServer.start(
                exchange -> exchange.open().event("1", "", "a").event("2", "", "b").silence());
        var client = SseClient.create(server.uri());
        var subscription =
            client.subscribe(
                event -> {
                  if (event.data().equals("b")) {
                    handling.countDown();
                    goOn.await();
                  }
                })) {
      handling.await();
      assertThat(subscription.lastEventId()).isEqualTo("1");
      goOn.countDown();
      await().until(() -> subscription.lastEventId().equals("2"));
    }
  }

  /** OkHttp's dispatcher lets five requests to a host run by default; the sixth waits unseen. */
  @Test
  void manyStreamsOfOneClientAreAllOpen() {
    try (var server = SseTestServer.start(exchange -> exchange.open().silence());
        var client = SseClient.create(server.uri())) {
      var subscriptions = new ArrayList<Subscription>();
      for (int i = 0; i < 64; i++) {
        subscriptions.add(client.subscribe(event -> {}));
      }
      await()
          .atMost(ofSeconds(30))
          .untilAsserted(
              () -> assertThat(subscriptions).allMatch(s -> s.state() == Subscription.State.OPEN));
      assertThat(server.connections()).isEqualTo(64);
    }
  }

  @Test
  void aListenerThatWaitsForItselfIsTold() throws Exception {
    var subscription = new AtomicReference<Subscription>();
    var told = new AtomicReference<Throwable>();
    var ready = new CountDownLatch(1);
    try (var server = SseTestServer.start(exchange -> exchange.open().event("", "", "a"));
        var client = SseClient.builder(server.uri()).reconnect(ReconnectPolicy.never()).build()) {
      subscription.set(
          client.subscribe(
              event -> {
                ready.await();
                try {
                  subscription.get().awaitClosed();
                } catch (IllegalStateException e) {
                  told.set(e);
                }
              }));
      ready.countDown();
      subscription.get().awaitClosed();
      assertThat(told.get()).hasMessageContaining("would wait for itself");
    }
  }

  @Test
  void itIsKnownThatAStreamNeverOpened() throws Exception {
    try (var server = SseTestServer.start(exchange -> exchange.status(404, ""));
        var client = SseClient.create(server.uri());
        var subscription = client.subscribe(event -> {})) {
      assertThat(subscription.awaitOpen(ofSeconds(5))).isFalse();
      assertThat(subscription.closeReason()).contains(CloseReason.REFUSED);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost:8080", "ftp://h/", "/sse/alice"})
  void anEndpointThatIsNoHttpUrlIsRefusedWithAHint(String endpoint) {
    assertThatThrownBy(() -> SseClient.create(java.net.URI.create(endpoint)))
        .hasMessageContaining("such as http://localhost:8080");
  }

  @ParameterizedTest
  @ValueSource(strings = {"listener", "publisher", "token provider"})
  void anInterruptThatIsLeftBehindEndsNoStream(String by) {
    Runnable interrupt = () -> Thread.currentThread().interrupt();
    var seen = new CopyOnWriteArrayList<String>();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open().event("1").event("2");
                  exchange.silence();
                });
        var client =
            SseClient.builder(server.uri())
                .tokens(
                    renew -> {
                      if (by.equals("token provider")) {
                        interrupt.run();
                      }
                      return "t";
                    })
                .build()) {
      if (by.equals("publisher")) {
        client
            .publisher()
            .subscribe(
                new Flow.Subscriber<>() {
                  @Override
                  public void onSubscribe(Flow.Subscription subscription) {
                    subscription.request(9);
                  }

                  @Override
                  public void onNext(Event event) {
                    seen.add(event.data());
                    interrupt.run();
                  }

                  @Override
                  public void onError(Throwable e) {
                    seen.add(e.toString());
                  }

                  @Override
                  public void onComplete() {
                    seen.add("complete");
                  }
                });
      } else {
        client.subscribe(
            event -> {
              seen.add(event.data());
              interrupt.run();
            });
      }
      await().until(() -> seen.size() == 2);
      await().during(ofMillis(200)).until(() -> seen.equals(List.of("1", "2")));
      assertThat(server.requests()).hasSize(1);
    }
  }

  /** A cache would write the whole stream to the disk, and forget its own limit meanwhile. */
  @Test
  void aStreamIsNotWrittenToTheCacheOfASharedClient(@TempDir Path folder) throws Exception {
    var mine = new OkHttpClient.Builder().cache(new Cache(folder.toFile(), 1)).build();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open().event("x".repeat(100_000)).event("end");
                  exchange.silence();
                });
        var client = SseClient.builder(server.uri()).okHttp(ignored -> mine.newBuilder()).build();
        var stream = client.open()) {
      var events = stream.iterator();
      events.next();
      assertThat(events.next().data()).isEqualTo("end");
      try (var files = Files.list(folder)) {
        assertThat(files.filter(file -> !file.getFileName().toString().startsWith("journal")))
            .isEmpty();
      }
    }
  }

  @Test
  void theWayOutReachesOkHttp() {
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var client =
            SseClient.builder(server.uri())
                .okHttp(
                    okHttp ->
                        okHttp.addInterceptor(
                            chain ->
                                chain.proceed(
                                    chain.request().newBuilder().header("X-Own", "1").build())))
                .build();
        var stream = client.open()) {
      assertThat(stream.iterator().hasNext()).isFalse();
      assertThat(server.requests().get(0).header("X-Own")).contains("1");
    }
  }
}
