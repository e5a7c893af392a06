package io.heliograph.client;

import io.heliograph.client.internal.Network;
import io.heliograph.client.internal.PulledStream;
import io.heliograph.client.internal.PushedStream;
import io.heliograph.client.internal.Session;
import io.heliograph.client.internal.Settings;
import io.heliograph.client.internal.Ticks;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Follows Server-Sent Events streams. Thread-safe; one client carries any number of streams, and
 * each costs a virtual thread or two and a connection.
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
  private final URI endpoint;
  private final List<Map.Entry<String, String>> headers;
  private final Settings settings;
  private final HandlerErrorPolicy onHandlerError;
  private final Network network;
  // Streams that are not over. Whoever adds looks at closed afterwards, and close() at the streams
  // after it set closed: so none slips through.
  private final Set<Session> sessions = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private SseClient(Builder builder) {
    endpoint = builder.endpoint;
    headers = List.copyOf(builder.headers);
    onHandlerError = builder.onHandlerError;
    settings =
        new Settings(
            builder.tokens,
            builder.reconnect,
            builder.heartbeat,
            builder.attemptTimeout,
            builder.maxEventBytes,
            Ticks.of(builder.timeSource));
    var base =
        new OkHttpClient.Builder()
            // One connection a stream: a dead one takes no other with it, and is never handed out
            // again to a stream that comes back. And on Java 21 to 23 a read on HTTP/2 pins its
            // carrier thread.
            .protocols(List.of(Protocol.HTTP_1_1))
            .connectTimeout(builder.connectTimeout)
            .readTimeout(builder.firstByteTimeout)
            .writeTimeout(builder.firstByteTimeout);
    network = new Network(builder.okHttp.apply(base).build(), settings);
  }

  /** A client with all defaults. */
  public static SseClient create(URI endpoint) {
    return builder(endpoint).build();
  }

  /**
   * A client for this endpoint: the URL of a stream, or the base of a server below which {@link
   * StreamSpec}s name streams.
   */
  public static Builder builder(URI endpoint) {
    return new Builder(endpoint);
  }

  /** Opens the stream at the endpoint, to be pulled. Returns at once. */
  public EventStream open() {
    return open(StreamSpec.endpoint());
  }

  /** Opens a stream to be pulled. Returns at once; the first read waits for the connection. */
  public EventStream open(StreamSpec spec) {
    return new PulledStream(start(spec));
  }

  /** Follows the stream at the endpoint. Returns at once. */
  public Subscription subscribe(SseListener listener) {
    return subscribe(StreamSpec.endpoint(), listener);
  }

  /**
   * Follows a stream: the listener is called on one virtual thread until the stream is closed.
   * Returns at once.
   */
  public Subscription subscribe(StreamSpec spec, SseListener listener) {
    Objects.requireNonNull(listener, "listener");
    return new PushedStream(start(spec), listener, onHandlerError);
  }

  private Session start(StreamSpec spec) {
    var request =
        new Request.Builder()
            .url(HttpUrl.get(spec.resolve(endpoint).toString()))
            .header("Accept", "text/event-stream")
            .header("Cache-Control", "no-cache");
    headers.forEach(header -> request.header(header.getKey(), header.getValue()));
    spec.headers().forEach(header -> request.header(header.getKey(), header.getValue()));
    if (closed) {
      throw new IllegalStateException("the client is closed");
    }
    var session =
        new Session(settings, network, request.build(), spec.lastEventId(), sessions::remove);
    sessions.add(session);
    if (closed) {
      session.close();
    }
    if (session.closeReason() != null) {
      sessions.remove(session);
    }
    return session;
  }

  /** Closes all streams of this client and its connections. Returns at once; may be repeated. */
  @Override
  public void close() {
    closed = true;
    sessions.forEach(Session::close);
    network.close();
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
    private final URI endpoint;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private @Nullable TokenProvider tokens;
    private ReconnectPolicy reconnect = ReconnectPolicy.exponential();
    private Heartbeat heartbeat = Heartbeat.serverAnnounced();
    private Duration connectTimeout = Duration.ofSeconds(10);
    private Duration firstByteTimeout = Duration.ofSeconds(20);
    private Duration attemptTimeout = Duration.ofSeconds(40);
    private int maxEventBytes = 1 << 20;
    private HandlerErrorPolicy onHandlerError = HandlerErrorPolicy.CONTINUE;
    private @Nullable TimeSource timeSource;
    private UnaryOperator<OkHttpClient.Builder> okHttp = UnaryOperator.identity();

    private Builder(URI endpoint) {
      this.endpoint = requireHttp(endpoint);
    }

    /** Adds a header to each request. */
    public Builder header(String name, String value) {
      headers.add(Map.entry(name, value));
      return this;
    }

    /** Sends {@code Authorization: Bearer …} with a token asked for before each attempt. */
    public Builder tokens(TokenProvider provider) {
      tokens = Objects.requireNonNull(provider, "provider");
      return this;
    }

    /** When to try again; {@link ReconnectPolicy#exponential()} by default. */
    public Builder reconnect(ReconnectPolicy policy) {
      reconnect = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** How long a stream may be silent; {@link Heartbeat#serverAnnounced()} by default. */
    public Builder heartbeat(Heartbeat limit) {
      heartbeat = Objects.requireNonNull(limit, "limit");
      return this;
    }

    /**
     * How long opening a stream may take.
     *
     * @param connect for each address that is tried: the socket, then TLS; 10 s by default
     * @param firstByte from the request to the head of the response; 20 s by default
     * @param attempt for all of it, a hanging DNS lookup or token provider included; 40 s by
     *     default
     */
    public Builder timeouts(Duration connect, Duration firstByte, Duration attempt) {
      connectTimeout = positive("connect", connect);
      firstByteTimeout = positive("firstByte", firstByte);
      attemptTimeout = positive("attempt", attempt);
      return this;
    }

    /**
     * How many bytes one event may have on the wire; 1 MiB by default. A larger one ends the
     * connection with {@link Cause.ProtocolViolation}: without a limit, one line without an end
     * fills the heap.
     */
    public Builder maxEventBytes(int bytes) {
      if (bytes < 1) {
        throw new IllegalArgumentException("maxEventBytes is " + bytes + "; allowed: 1 and more");
      }
      maxEventBytes = bytes;
      return this;
    }

    /** What to do when a listener throws; {@link HandlerErrorPolicy#CONTINUE} by default. */
    public Builder onHandlerError(HandlerErrorPolicy policy) {
      onHandlerError = Objects.requireNonNull(policy, "policy");
      return this;
    }

    /** For tests: time that moves when told to; see {@link TimeSource} for what it governs. */
    public Builder timeSource(TimeSource source) {
      timeSource = Objects.requireNonNull(source, "source");
      return this;
    }

    /**
     * The way out of this library's settings: a proxy, certificates, an own DNS, HTTP/2 ({@code
     * protocols}). The dispatcher, the read timeout of open streams and the redirect rules stay
     * this library's.
     */
    public Builder okHttp(UnaryOperator<OkHttpClient.Builder> customizer) {
      okHttp = Objects.requireNonNull(customizer, "customizer");
      return this;
    }

    /** The client; nothing is connected yet. */
    public SseClient build() {
      return new SseClient(this);
    }

    private static Duration positive(String name, Duration span) {
      // OkHttp takes a zero for "no limit", the opposite of what it says.
      if (span.toMillis() <= 0) {
        throw new IllegalArgumentException(name + " is " + span + "; allowed: 1 ms and more");
      }
      return span;
    }
  }
}
