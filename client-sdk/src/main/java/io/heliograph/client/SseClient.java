package io.heliograph.client;

import io.heliograph.client.internal.base.SafeObserver;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.consume.FlowStream;
import io.heliograph.client.internal.consume.PulledStream;
import io.heliograph.client.internal.consume.PushedStream;
import io.heliograph.client.internal.http.HeaderLines;
import io.heliograph.client.internal.session.Network;
import io.heliograph.client.internal.session.Session;
import io.heliograph.client.internal.session.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import org.jspecify.annotations.Nullable;

/**
 * Follows Server-Sent Events streams. Thread-safe. One client can follow any number of streams.
 * Each stream takes a connection and one or two threads: virtual threads on Java 21 and newer,
 * otherwise daemon platform threads.
 *
 * <pre>{@code
 * try (SseClient client = SseClient.create(URI.create("http://localhost:8080/sse/alice"));
 *     EventStream stream = client.open()) {
 *   for (Event event : stream) {
 *     System.out.println(event.type() + ": " + event.data());
 *   }
 * }
 * }</pre>
 *
 * <p>The client reconnects after a connection ends and resumes at the last position. {@link Cause}
 * documents what is retried and what ends a stream permanently.
 */
public final class SseClient implements AutoCloseable {
  private final Planner planner;
  private final Settings settings;
  private final HandlerErrorPolicy onHandlerError;
  private final @Nullable Executor executor;
  private final Network network;
  // Streams that are not over. Whoever adds looks at closed afterwards, and close() at the streams
  // after it set closed: so none slips through.
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private final Consumer<Session> onOver = sessions::remove;
  private volatile boolean closed;

  private SseClient(Builder builder) {
    planner = new Planner(builder.endpoints, builder.headers, builder.resumeStore);
    onHandlerError = builder.onHandlerError;
    executor = builder.executor;
    settings =
        new Settings(
            builder.tokens,
            builder.customizer,
            builder.reconnect,
            builder.heartbeat,
            builder.attemptTimeout,
            builder.maxEventBytes,
            builder.redirects,
            builder.resumeStore,
            builder.ackMode,
            builder.observer,
            Ticks.of(builder.timeSource));
    var pool = new ConnectionPool();
    var base =
        new OkHttpClient.Builder()
            .connectionPool(pool)
            // One connection a stream: a dead one takes no other with it, and is never handed out
            // again to a stream that comes back. And on Java 21 to 23 a read on HTTP/2 pins its
            // carrier thread.
            .protocols(List.of(Protocol.HTTP_1_1))
            .connectTimeout(Ticks.forOkHttp(builder.connectTimeout))
            .readTimeout(Ticks.forOkHttp(builder.firstByteTimeout))
            .writeTimeout(Ticks.forOkHttp(builder.firstByteTimeout));
    network = new Network(builder.okHttp.apply(base).build(), pool, settings);
  }

  /**
   * {@return a client with default settings}
   *
   * @param endpoint as in {@link #builder}
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  public static SseClient create(URI endpoint) {
    return builder(endpoint).build();
  }

  /**
   * Starts building a client.
   *
   * @param endpoint the URL of a stream, or the base URL of a server, relative to which a {@link
   *     StreamSpec} names streams
   * @param others further endpoints that serve the same streams. If an endpoint fails, the client
   *     tries the next one almost at once. If all have failed, it waits as the {@link
   *     ReconnectPolicy} says and starts again with the first. It does not drop a healthy
   *     connection to return to the first endpoint, but tries the first endpoint at the next
   *     reconnection. A response that ends a stream ({@link Cause}) ends it at any endpoint
   * @return a builder with default settings
   * @throws IllegalArgumentException if one of them is not an absolute http or https URL
   */
  public static Builder builder(URI endpoint, URI... others) {
    return new Builder(endpoint, others);
  }

  /**
   * Opens the stream at the endpoint, for pulling. Does not block.
   *
   * @return the stream, see {@link #open(StreamSpec)}
   */
  public EventStream open() {
    return open(StreamSpec.endpoint());
  }

  /**
   * Opens a stream for pulling. Does not block; the first read waits for the connection.
   *
   * @param spec the stream and its start
   * @return the stream; close it, or close the client
   * @throws java.io.UncheckedIOException if the {@link ResumeStore} cannot be read
   * @throws IllegalArgumentException if the spec does not result in an http or https request
   * @throws IllegalStateException if the client is closed
   */
  public EventStream open(StreamSpec spec) {
    return new PulledStream(start(spec));
  }

  /**
   * Follows the stream at the endpoint. Does not block.
   *
   * @param listener receives all signals
   * @return the stream, see {@link #subscribe(StreamSpec, SseListener)}
   */
  public Subscription subscribe(SseListener listener) {
    return subscribe(StreamSpec.endpoint(), listener);
  }

  /**
   * Follows a stream. The listener is called by one thread at a time, or by the {@link
   * Builder#executor}, until the stream is closed. Does not block.
   *
   * @param spec the stream and its start
   * @param listener receives all signals
   * @return the stream; close it, or close the client
   * @throws java.io.UncheckedIOException if the {@link ResumeStore} cannot be read
   * @throws IllegalArgumentException if the spec does not result in an http or https request
   * @throws IllegalStateException if the client is closed
   */
  public Subscription subscribe(StreamSpec spec, SseListener listener) {
    Objects.requireNonNull(listener, "listener");
    return new PushedStream(start(spec), listener, onHandlerError, executor);
  }

  /**
   * {@return the events of the stream at the endpoint, for reactive programs} See {@link
   * #publisher(StreamSpec)}.
   */
  public Flow.Publisher<Event> publisher() {
    return publisher(StreamSpec.endpoint());
  }

  /**
   * Publishes the events of a stream to reactive programs, following Reactive Streams. Cold: each
   * subscriber gets its own stream and connection, starting as the spec says. Events that are not
   * requested are not read, so TCP makes the server wait; nothing is dropped. Cancelling closes the
   * connection.
   *
   * <p>It completes when the server ends the stream permanently, and fails with {@link
   * StreamClosedException} if the stream is refused or given up. Reconnections are not visible. If
   * the client is closed, it fails with {@link java.util.concurrent.CancellationException}. Each
   * subscriber is called on a thread of its own. A subscriber that throws is logged and cancelled.
   * With {@link AckMode#AFTER_HANDLER}, an event is complete when {@code onNext} has returned and
   * the next event is requested.
   *
   * @param spec the stream and its start
   * @return the publisher; it opens a stream for each subscriber
   * @throws IllegalStateException with {@link AckMode#MANUAL}: a subscriber has no way to
   *     acknowledge
   */
  public Flow.Publisher<Event> publisher(StreamSpec spec) {
    requireSelfAcknowledging();
    return FlowStream.publisher(
        () -> start(spec),
        signal ->
            signal instanceof Signal.Message message
                ? Optional.of(message.event())
                : Optional.empty(),
        true);
  }

  /**
   * Publishes all signals of a stream. It fails only if the stream cannot be opened or the client
   * is closed; otherwise {@link Signal.Closed} is its last item.
   *
   * @param spec the stream and its start
   * @return the publisher; it opens a stream for each subscriber
   * @throws IllegalStateException with {@link AckMode#MANUAL}
   */
  public Flow.Publisher<Signal> signalPublisher(StreamSpec spec) {
    requireSelfAcknowledging();
    return FlowStream.publisher(() -> start(spec), Optional::of, false);
  }

  private void requireSelfAcknowledging() {
    if (settings.ackMode() == AckMode.MANUAL) {
      throw new IllegalStateException(
          "a subscriber of a publisher cannot acknowledge: use ON_RECEIVE or AFTER_HANDLER");
    }
  }

  private Session start(StreamSpec spec) {
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    var session = new Session(settings, network, planner.plan(spec), onOver);
    sessions.add(session);
    if (closed) {
      session.close();
    }
    if (session.closeReason() != null) {
      sessions.remove(session);
    }
    return session;
  }

  /**
   * Closes all streams and connections of this client. It cannot open streams afterwards. Does not
   * block; may be called repeatedly.
   */
  @Override
  public void close() {
    closed = true;
    sessions.forEach(Session::close);
    network.close();
  }

  /** Builds a client. Each setting has a default. Not thread-safe. */
  public static final class Builder {
    private final List<URI> endpoints = new ArrayList<>();
    private HeaderLines headers = HeaderLines.NONE;
    private @Nullable TokenProvider tokens;
    private @Nullable AttemptCustomizer customizer;
    private @Nullable ResumeStore resumeStore;
    private AckMode ackMode = AckMode.AFTER_HANDLER;
    private @Nullable ClientObserver observer;
    private @Nullable Executor executor;
    private Redirects redirects = Redirects.SAME_ORIGIN;
    private ReconnectPolicy reconnect = ReconnectPolicy.exponential();
    private Heartbeat heartbeat = Heartbeat.serverAnnounced();
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration firstByteTimeout = Duration.ofSeconds(20);
    private Duration attemptTimeout = Duration.ofSeconds(40);
    private int maxEventBytes = 1 << 20;
    private HandlerErrorPolicy onHandlerError = HandlerErrorPolicy.CONTINUE;
    private @Nullable TimeSource timeSource;
    private UnaryOperator<OkHttpClient.Builder> okHttp = UnaryOperator.identity();

    private Builder(URI endpoint, URI... others) {
      endpoints.add(Checks.requireHttp(endpoint));
      for (URI other : others) {
        endpoints.add(Checks.requireHttp(other));
      }
    }

    /**
     * Sets a header of each request.
     *
     * @param name case-insensitive; replaces earlier headers of that name
     * @param value printable ASCII; otherwise no stream can be opened
     * @return this
     */
    public Builder header(String name, String value) {
      headers = headers.with(name, value);
      return this;
    }

    /**
     * Adds a header to each request, and keeps earlier headers of that name.
     *
     * @param name case-insensitive
     * @param value printable ASCII; otherwise no stream can be opened
     * @return this
     */
    public Builder addHeader(String name, String value) {
      headers = headers.plus(name, value);
      return this;
    }

    /**
     * Sends {@code Authorization: Bearer …}. The provider is called before each attempt.
     *
     * @param provider called for all streams of the client
     * @return this
     */
    public Builder tokens(TokenProvider provider) {
      tokens = Objects.requireNonNull(provider, "provider");
      return this;
    }

    /**
     * Changes each attempt's request before it is sent.
     *
     * @param attemptCustomizer called for all streams of the client; replaces an earlier one
     * @return this
     */
    public Builder request(AttemptCustomizer attemptCustomizer) {
      customizer = Objects.requireNonNull(attemptCustomizer, "attemptCustomizer");
      return this;
    }

    /**
     * Stores how far each stream has been read. The client does not close the store, because
     * clients may share it; close it after them.
     *
     * @param store for all streams of the client; without a store, each stream starts as its {@link
     *     StreamSpec} says
     * @param mode when an event is complete; {@link AckMode#AFTER_HANDLER} by default
     * @return this
     */
    public Builder resume(ResumeStore store, AckMode mode) {
      resumeStore = Objects.requireNonNull(store, "store");
      return acknowledge(mode);
    }

    /**
     * Sets when an event is complete, without a store: for reconnections only.
     *
     * @param mode {@link AckMode#AFTER_HANDLER} by default
     * @return this
     */
    public Builder acknowledge(AckMode mode) {
      ackMode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * Sets an observer for metrics and traces.
     *
     * @param clientObserver observes all streams of the client; replaces an earlier one
     * @return this
     */
    public Builder observer(ClientObserver clientObserver) {
      observer = new SafeObserver(Objects.requireNonNull(clientObserver, "clientObserver"));
      return this;
    }

    /**
     * Calls listeners through this executor, such as {@code SwingUtilities::invokeLater}; by
     * default, each subscription has its own thread. For one subscription, there is one call at a
     * time, and the stream waits for it. If the executor refuses a call, the stream is closed with
     * {@link CloseReason#HANDLER_FAILED}; with {@link HandlerErrorPolicy#REDELIVER} the refusal
     * counts as a failed call. An executor must not drop a call silently, as {@code
     * ThreadPoolExecutor.DiscardPolicy} does: the stream would wait for it forever.
     *
     * @param listenerExecutor not shut down with the client
     * @return this
     */
    public Builder executor(Executor listenerExecutor) {
      executor = Objects.requireNonNull(listenerExecutor, "listenerExecutor");
      return this;
    }

    /**
     * Sets which redirects are followed.
     *
     * @param followed {@link Redirects#SAME_ORIGIN} by default
     * @return this
     */
    public Builder redirects(Redirects followed) {
      redirects = Objects.requireNonNull(followed, "followed");
      return this;
    }

    /**
     * Sets when to reconnect.
     *
     * @param policy {@link ReconnectPolicy#exponential()} by default
     * @return this
     */
    public Builder reconnect(ReconnectPolicy policy) {
      reconnect = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets how long a stream may be silent.
     *
     * @param limit {@link Heartbeat#serverAnnounced()} by default
     * @return this
     */
    public Builder heartbeat(Heartbeat limit) {
      heartbeat = Objects.requireNonNull(limit, "limit");
      return this;
    }

    /**
     * Limits the time to open a stream. Each limit is 1 ms or more.
     *
     * @param connect for each tried address: the socket, then TLS; 10 s by default
     * @param firstByte from the request to the response head; 20 s by default
     * @param attempt for the whole attempt, including a hanging DNS lookup or token provider; 40 s
     *     by default
     * @return this
     * @throws IllegalArgumentException if one is below a millisecond
     */
    public Builder timeouts(Duration connect, Duration firstByte, Duration attempt) {
      connectTimeout = Checks.positive("connect", connect);
      firstByteTimeout = Checks.positive("firstByte", firstByte);
      attemptTimeout = Checks.positive("attempt", attempt);
      return this;
    }

    /**
     * Limits the size of one event on the wire, decompressed. Its data, event and id lines count,
     * each plus one byte for its end. The limit also applies to any other line. A larger event ends
     * the stream with {@link Cause.ProtocolViolation}; without a limit, one endless line would fill
     * the heap.
     *
     * @param bytes 1 or more; 1 MiB (1,048,576) by default
     * @return this
     * @throws IllegalArgumentException if it is below 1
     */
    public Builder maxEventBytes(int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxEventBytes is " + bytes + "; allowed: 1 or more");
      }
      maxEventBytes = bytes;
      return this;
    }

    /**
     * Sets what to do when a listener throws.
     *
     * @param policy {@link HandlerErrorPolicy#CONTINUE} by default; {@link
     *     HandlerErrorPolicy#REDELIVER} cannot be combined with {@link AckMode#ON_RECEIVE}
     * @return this
     */
    public Builder onHandlerError(HandlerErrorPolicy policy) {
      onHandlerError = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Sets the time source, for tests.
     *
     * @param source the machine's time by default; {@link TimeSource} documents what it controls
     * @return this
     */
    public Builder timeSource(TimeSource source) {
      timeSource = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * Customizes the OkHttp client, for settings that this library does not offer: a proxy,
     * certificates, your own DNS, HTTP/2 ({@code protocols}). The dispatcher, the read timeout of
     * open streams and the redirect rules remain those of this library, and no cache is used. To
     * start from a client of your own, use {@code ignored -> mine.newBuilder()}; its calls and its
     * pool are not affected.
     *
     * @param customizer receives the builder of this library, and returns it or another one; called
     *     once, by {@link #build}
     * @return this
     */
    public Builder okHttp(UnaryOperator<OkHttpClient.Builder> customizer) {
      okHttp = Objects.requireNonNull(customizer, "customizer");
      return this;
    }

    /**
     * {@return the client, not connected yet}
     *
     * @throws IllegalStateException if the settings contradict each other
     */
    public SseClient build() {
      if (onHandlerError == HandlerErrorPolicy.REDELIVER && ackMode == AckMode.ON_RECEIVE) {
        throw new IllegalStateException(
            "REDELIVER requires AFTER_HANDLER or MANUAL: with ON_RECEIVE an event is complete"
                + " before its handler fails");
      }
      return new SseClient(this);
    }
  }
}
