package io.heliograph.client;

import io.heliograph.client.internal.base.SafeObserver;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.consume.FlowStream;
import io.heliograph.client.internal.consume.PulledStream;
import io.heliograph.client.internal.consume.PushedStream;
import io.heliograph.client.internal.http.OneShotBody;
import io.heliograph.client.internal.http.Urls;
import io.heliograph.client.internal.session.Network;
import io.heliograph.client.internal.session.Session;
import io.heliograph.client.internal.session.Settings;
import io.heliograph.client.internal.session.StreamPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.function.UnaryOperator;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Follows Server-Sent Events streams. Thread-safe; one client carries any number of streams, and
 * each costs a connection and one or two threads: virtual threads on Java 21 and newer, else daemon
 * platform threads.
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
 * <p>A connection that ends is made again, from where it was left; what ends a stream for good, and
 * what is tried again, stands at {@link Cause}.
 */
public final class SseClient implements AutoCloseable {
  private final List<URI> endpoints;
  private final List<Map.Entry<String, String>> headers;
  private final Settings settings;
  private final HandlerErrorPolicy onHandlerError;
  private final @Nullable Executor executor;
  private final Network network;
  // Streams that are not over. Whoever adds looks at closed afterwards, and close() at the streams
  // after it set closed: so none slips through.
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private SseClient(Builder builder) {
    endpoints = List.copyOf(builder.endpoints);
    headers = List.copyOf(builder.headers);
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
   * {@return a client with all defaults}
   *
   * @param endpoint as with {@link #builder}
   * @throws IllegalArgumentException if it is no absolute http or https URL
   */
  public static SseClient create(URI endpoint) {
    return builder(endpoint).build();
  }

  /**
   * Begins a client that is set up before it is built.
   *
   * @param endpoint the URL of a stream, or the base of a server below which {@link StreamSpec}s
   *     name streams
   * @param others more endpoints that serve the same streams. They are tried in this order: one
   *     after the other, almost at once, while they fail; when all have failed, the {@link
   *     ReconnectPolicy} says how long to wait before they are tried from the first again. A
   *     healthy connection is not dropped to go back to the first: that is where the stream goes
   *     when it has to reconnect anyway. An answer that ends a stream ({@link Cause}) ends it at
   *     any of them
   * @return a builder with all defaults
   * @throws IllegalArgumentException if one of them is no absolute http or https URL
   */
  public static Builder builder(URI endpoint, URI... others) {
    return new Builder(endpoint, others);
  }

  /**
   * Opens the stream at the endpoint, to be pulled. Returns at once.
   *
   * @return the stream, as of {@link #open(StreamSpec)}
   */
  public EventStream open() {
    return open(StreamSpec.endpoint());
  }

  /**
   * Opens a stream to be pulled. Returns at once; the first read waits for the connection.
   *
   * @param spec which one, and from where
   * @return the stream, to be closed by the caller; the client closes it, too
   * @throws java.io.UncheckedIOException if the {@link ResumeStore} cannot be read
   * @throws IllegalArgumentException if the spec makes no http or https request
   * @throws IllegalStateException if the client is closed
   */
  public EventStream open(StreamSpec spec) {
    return new PulledStream(start(spec));
  }

  /**
   * Follows the stream at the endpoint. Returns at once.
   *
   * @param listener gets all that comes
   * @return the stream, as of {@link #subscribe(StreamSpec, SseListener)}
   */
  public Subscription subscribe(SseListener listener) {
    return subscribe(StreamSpec.endpoint(), listener);
  }

  /**
   * Follows a stream: the listener is called on one thread, or by the {@link Builder#executor},
   * until the stream is closed. Returns at once.
   *
   * @param spec which one, and from where
   * @param listener gets all that comes
   * @return the stream, to be closed by the caller; the client closes it, too
   * @throws java.io.UncheckedIOException if the {@link ResumeStore} cannot be read
   * @throws IllegalArgumentException if the spec makes no http or https request
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
   * The events of a stream, for reactive programs, by the rules of Reactive Streams. Cold: each
   * subscriber gets a stream and a connection of its own, from the place where the spec says. What
   * is not requested is not read, so TCP makes the server wait; nothing is dropped. Cancelling
   * closes the connection.
   *
   * <p>It completes when the server ends the stream for good, and fails with {@link
   * StreamClosedException} if the stream is refused or given up; ends that are tried again do not
   * show. If the client is closed, it fails with {@link
   * java.util.concurrent.CancellationException}. Callbacks come on a thread of the subscriber's
   * own; a subscriber that throws is logged and cancelled. With {@link AckMode#AFTER_HANDLER} an
   * event is done when the next is requested and {@code onNext} has returned.
   *
   * @param spec which one, and from where
   * @return the publisher; no stream is opened before somebody subscribes
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
   * The same with all that happens on the stream. It fails only if it cannot be opened or the
   * client is closed: {@link Signal.Closed} is its last item otherwise.
   *
   * @param spec which stream, and from where
   * @return the publisher; no stream is opened before somebody subscribes
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
    var session = new Session(settings, network, plan(spec), sessions::remove);
    sessions.add(session);
    if (closed) {
      session.close();
    }
    if (session.closeReason() != null) {
      sessions.remove(session);
    }
    return session;
  }

  private StreamPlan plan(StreamSpec spec) {
    List<Request> requests =
        endpoints.stream()
            .map(spec::resolve)
            .distinct() // An absolute reference is the same at all of them.
            .map(uri -> request(uri, spec))
            .toList();
    HttpUrl first = requests.get(0).url();
    String name = spec.name().isEmpty() ? Urls.shown(first).toString() : spec.name();
    return new StreamPlan(name, requests, position(name, spec), spec.mayRepeat(), spec.until());
  }

  private Request request(URI uri, StreamSpec spec) {
    var request =
        new Request.Builder()
            .url(HttpUrl.get(uri.toString()))
            .header("Accept", "text/event-stream")
            .header("Cache-Control", "no-cache");
    headers.forEach(header -> request.header(header.getKey(), header.getValue()));
    spec.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
    StreamSpec.Body body = spec.body();
    if (body != null) {
      request.post(OneShotBody.of(body.contentType(), body.text()));
    }
    return request.build();
  }

  private String position(String name, StreamSpec spec) {
    ResumeStore store = settings.resumeStore();
    if (store == null) {
      return spec.lastEventId();
    }
    try {
      Optional<String> saved = Objects.requireNonNull(store.load(name), "the result of load");
      return saved.map(StreamSpec::requireId).orElse(spec.lastEventId());
    } catch (IOException e) {
      throw new UncheckedIOException("the position of the stream " + name + " cannot be read", e);
    }
  }

  /**
   * Closes all streams of this client and its connections; it opens no others any more. Returns at
   * once; may be repeated.
   */
  @Override
  public void close() {
    closed = true;
    sessions.forEach(Session::close);
    network.close();
  }

  static Duration positive(String name, Duration span) {
    // OkHttp takes a zero for "no limit", the opposite of what it says.
    if (span.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(name + " is " + span + "; allowed: 1 ms or more");
    }
    return span;
  }

  static URI requireHttp(URI endpoint) {
    String scheme = endpoint.getScheme();
    if (!"http".equalsIgnoreCase(scheme) && !"https".equalsIgnoreCase(scheme)) {
      throw new IllegalArgumentException(
          "the endpoint is "
              + endpoint
              + "; allowed: an absolute http or https URL, such as http://localhost:8080");
    }
    return endpoint;
  }

  /** Builds a client; each setting has a default. Not thread-safe. */
  public static final class Builder {
    private final List<URI> endpoints = new ArrayList<>();
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
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
      endpoints.add(requireHttp(endpoint));
      for (URI other : others) {
        endpoints.add(requireHttp(other));
      }
    }

    /**
     * Adds a header to each request.
     *
     * @param name its case does not count; a header of that name from before gives way
     * @param value printable ASCII; else no stream can be opened
     * @return this
     */
    public Builder header(String name, String value) {
      headers.add(Map.entry(name, value));
      return this;
    }

    /**
     * Sends {@code Authorization: Bearer …} with a token asked for before each attempt.
     *
     * @param provider asked by all streams of the client
     * @return this
     */
    public Builder tokens(TokenProvider provider) {
      tokens = Objects.requireNonNull(provider, "provider");
      return this;
    }

    /**
     * Changes each attempt's request before it is sent.
     *
     * @param attemptCustomizer called by all streams of the client; one given before gives way
     * @return this
     */
    public Builder request(AttemptCustomizer attemptCustomizer) {
      customizer = Objects.requireNonNull(attemptCustomizer, "attemptCustomizer");
      return this;
    }

    /**
     * Keeps how far each stream has been read. The store is not closed with the client, which may
     * share it with others: close it after them.
     *
     * @param store for all streams of the client; without one, each begins where its {@link
     *     StreamSpec} says
     * @param mode when an event counts as done; {@link AckMode#AFTER_HANDLER} by default
     * @return this
     */
    public Builder resume(ResumeStore store, AckMode mode) {
      resumeStore = Objects.requireNonNull(store, "store");
      return acknowledge(mode);
    }

    /**
     * When an event counts as done, without a store: for reconnections only.
     *
     * @param mode {@link AckMode#AFTER_HANDLER} by default
     * @return this
     */
    public Builder acknowledge(AckMode mode) {
      ackMode = Objects.requireNonNull(mode, "mode");
      return this;
    }

    /**
     * Tells metrics and traces what happens.
     *
     * @param clientObserver hears of all streams of the client; one given before gives way
     * @return this
     */
    public Builder observer(ClientObserver clientObserver) {
      observer = new SafeObserver(Objects.requireNonNull(clientObserver, "clientObserver"));
      return this;
    }

    /**
     * Calls listeners by this executor, such as {@code SwingUtilities::invokeLater}; without one,
     * on a thread for each subscription. Of one subscription, one call at a time: the stream waits
     * for its end. A call that the executor refuses closes the stream with {@link
     * CloseReason#HANDLER_FAILED}; with {@link HandlerErrorPolicy#REDELIVER} it counts as one that
     * failed. An executor must not drop a call in silence, as {@code
     * ThreadPoolExecutor.DiscardPolicy} does: the stream would wait for it for ever.
     *
     * @param listenerExecutor not shut down with the client
     * @return this
     */
    public Builder executor(Executor listenerExecutor) {
      executor = Objects.requireNonNull(listenerExecutor, "listenerExecutor");
      return this;
    }

    /**
     * Which redirects are followed.
     *
     * @param followed {@link Redirects#SAME_ORIGIN} by default
     * @return this
     */
    public Builder redirects(Redirects followed) {
      redirects = Objects.requireNonNull(followed, "followed");
      return this;
    }

    /**
     * When to try again.
     *
     * @param policy {@link ReconnectPolicy#exponential()} by default
     * @return this
     */
    public Builder reconnect(ReconnectPolicy policy) {
      reconnect = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * How long a stream may be silent.
     *
     * @param limit {@link Heartbeat#serverAnnounced()} by default
     * @return this
     */
    public Builder heartbeat(Heartbeat limit) {
      heartbeat = Objects.requireNonNull(limit, "limit");
      return this;
    }

    /**
     * How long opening a stream may take; each is 1 ms or more.
     *
     * @param connect for each address that is tried: the socket, then TLS; 10 s by default
     * @param firstByte from the request to the head of the response; 20 s by default
     * @param attempt for all of it, a hanging DNS lookup or token provider included; 40 s by
     *     default
     * @return this
     * @throws IllegalArgumentException if one is below a millisecond
     */
    public Builder timeouts(Duration connect, Duration firstByte, Duration attempt) {
      connectTimeout = positive("connect", connect);
      firstByteTimeout = positive("firstByte", firstByte);
      attemptTimeout = positive("attempt", attempt);
      return this;
    }

    /**
     * How many bytes one event may have on the wire, decompressed. Its data, event and id lines
     * count, each with one byte for its end; nor may any other line be longer. A larger one ends
     * the connection with {@link Cause.ProtocolViolation}: without a limit, one line without an end
     * fills the heap.
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
     * What to do when a listener throws.
     *
     * @param policy {@link HandlerErrorPolicy#CONTINUE} by default; {@link
     *     HandlerErrorPolicy#REDELIVER} does not go with {@link AckMode#ON_RECEIVE}
     * @return this
     */
    public Builder onHandlerError(HandlerErrorPolicy policy) {
      onHandlerError = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /**
     * For tests: time that moves when told to.
     *
     * @param source the machine's time by default; {@link TimeSource} says what it governs
     * @return this
     */
    public Builder timeSource(TimeSource source) {
      timeSource = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * The way out of this library's settings: a proxy, certificates, an own DNS, HTTP/2 ({@code
     * protocols}). The dispatcher, the read timeout of open streams and the redirect rules stay
     * this library's; a cache is not used. A client of yours may be the start ({@code ignored ->
     * mine.newBuilder()}): its calls and its pool are left alone.
     *
     * @param customizer gets a builder as this library set it up, and returns that or another;
     *     called once, by {@link #build}
     * @return this
     */
    public Builder okHttp(UnaryOperator<OkHttpClient.Builder> customizer) {
      okHttp = Objects.requireNonNull(customizer, "customizer");
      return this;
    }

    /**
     * {@return the client; nothing is connected yet}
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
