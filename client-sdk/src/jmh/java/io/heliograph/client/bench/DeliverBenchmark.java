package io.heliograph.client.bench;

import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.StreamException;
import com.launchdarkly.eventsource.background.BackgroundEventHandler;
import com.launchdarkly.eventsource.background.BackgroundEventSource;
import io.heliograph.client.Event;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.SseClient;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import okhttp3.Interceptor;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What one event costs from the bytes of the body to the user's code. All clients read the same
 * bytes from memory, through OkHttp but without a network; an invocation is a stream of {@value
 * #EVENTS} events from its opening to its end.
 *
 * <p>The figure to compare is the CPU time: {@link CpuTime}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class DeliverBenchmark {
  private static final int EVENTS = 20_000;
  private static final URI URI_OF_NOTHING = URI.create("http://localhost:1/");
  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");

  private Buffer bytes = new Buffer();

  /** The bytes: an id, a type, and 100 bytes of data each. */
  @Setup
  public void write() {
    bytes = new Buffer();
    String data = "{\"order\":17,\"text\":\"" + "x".repeat(78) + "\"}";
    for (int i = 0; i < EVENTS; i++) {
      bytes
          .writeUtf8("id: 1.8jkye087b.")
          .writeDecimalLong(i)
          .writeUtf8("\nevent: order.shipped\ndata: ")
          .writeUtf8(data)
          .writeUtf8("\n\n");
    }
  }

  private Response answer(Interceptor.Chain chain) {
    return new Response.Builder()
        .request(chain.request())
        .protocol(Protocol.HTTP_1_1)
        .code(200)
        .message("OK")
        .header("Content-Type", "text/event-stream")
        .body(ResponseBody.create(bytes.clone(), EVENT_STREAM, -1))
        .build();
  }

  /** The same bytes, but the response does not end before its call is cancelled. */
  private Response lasting(Interceptor.Chain chain) {
    Source source =
        new ForwardingSource(bytes.clone()) {
          @Override
          public long read(Buffer sink, long byteCount) throws IOException {
            long count = super.read(sink, byteCount);
            while (count < 0 && !chain.call().isCanceled()) {
              LockSupport.parkNanos(100_000);
            }
            return count;
          }
        };
    return answer(chain)
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(source), EVENT_STREAM, -1))
        .build();
  }

  private SseClient heliograph() {
    return SseClient.builder(URI_OF_NOTHING)
        .reconnect(ReconnectPolicy.never())
        .okHttp(okHttp -> okHttp.addInterceptor(this::answer))
        .build();
  }

  /** Heliograph, listener. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long heliographListener() throws Exception {
    var count = new Count();
    try (var client = heliograph();
        var subscription = client.subscribe(event -> count.add(event.data()))) {
      subscription.awaitClosed();
    }
    return count.whenComplete();
  }

  /** Heliograph, pulled. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long heliographPull() {
    var count = new Count();
    try (var client = heliograph();
        var stream = client.open()) {
      for (Event event : stream) {
        count.add(event.data());
        if (count.events == EVENTS) {
          break; // Else it ends with an exception, as it should.
        }
      }
    }
    return count.whenComplete();
  }

  /** okhttp-sse alone. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long okhttpSse() throws Exception {
    var count = new Count();
    var over = new CountDownLatch(1);
    var client = new OkHttpClient.Builder().addInterceptor(this::answer).build();
    EventSources.createFactory((okhttp3.Call.Factory) client)
        .newEventSource(
            new Request.Builder().url(URI_OF_NOTHING.toString()).build(),
            new EventSourceListener() {
              @Override
              public void onEvent(
                  EventSource source, @Nullable String id, @Nullable String type, String data) {
                count.add(data);
              }

              @Override
              public void onClosed(EventSource source) {
                over.countDown();
              }
            });
    over.await();
    client.dispatcher().executorService().shutdown();
    return count.whenComplete();
  }

  private static com.launchdarkly.eventsource.EventSource.Builder launchDarkly(Interceptor server) {
    return new com.launchdarkly.eventsource.EventSource.Builder(
        ConnectStrategy.http(URI_OF_NOTHING)
            .clientBuilderActions(okHttp -> okHttp.addInterceptor(server)));
  }

  /** LaunchDarkly's okhttp-eventsource, pulled. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long launchDarklyPull() throws StreamException {
    var count = new Count();
    try (var source = launchDarkly(this::answer).build()) {
      source.start();
      while (count.events < EVENTS) {
        count.add(source.readMessage().getData());
      }
    }
    return count.whenComplete();
  }

  /**
   * LaunchDarkly's okhttp-eventsource, handler on a thread of its own. After the end of a response
   * its {@code close} waits up to a second for the thread that waits to reconnect; so this response
   * does not end.
   */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long launchDarklyHandler() throws Exception {
    var count = new Count();
    var over = new CountDownLatch(1);
    var handler =
        new BackgroundEventHandler() {
          @Override
          public void onOpen() {}

          @Override
          public void onClosed() {}

          @Override
          public void onMessage(String type, MessageEvent event) {
            count.add(event.getData());
            if (count.events == EVENTS) {
              over.countDown();
            }
          }

          @Override
          public void onComment(String comment) {}

          @Override
          public void onError(Throwable error) {}
        };
    try (var source =
        new BackgroundEventSource.Builder(handler, launchDarkly(this::lasting)).build()) {
      source.start();
      over.await();
    }
    return count.whenComplete();
  }

  /** Confined to the one thread that delivers. */
  private static final class Count {
    private long events;
    private long characters;

    void add(String data) {
      events++;
      characters += data.length();
    }

    long whenComplete() {
      if (events != EVENTS) {
        throw new IllegalStateException("delivered " + events);
      }
      return characters;
    }
  }
}
