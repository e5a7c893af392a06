package io.heliograph.client;

import io.heliograph.client.internal.publish.ApiClient;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * The settings that {@link EventPublisher} and {@link HeliographApi} share. Each has a default. Not
 * thread-safe.
 *
 * @param <B> the builder itself
 */
abstract class ApiBuilder<B extends ApiBuilder<B>> {
  // The server knows an Idempotency-Key for as long as it holds the event, which for a busy user is
  // not long; a try that reaches it later would publish again.
  private static final Duration LONGEST = Duration.ofSeconds(270);

  private final URI server;
  private final List<Map.Entry<String, String>> headers = new ArrayList<>();
  private @Nullable TokenProvider tokens;
  private Duration timeout = Duration.ofSeconds(3);
  private @Nullable Duration retryFor;
  private UnaryOperator<OkHttpClient.Builder> okHttp = UnaryOperator.identity();

  ApiBuilder(URI server) {
    this.server = SseClient.requireHttp(server);
  }

  abstract B self();

  /**
   * Sends {@code Authorization: Bearer …} with a token asked for before each request, on the thread
   * that calls; once more, renewed, after a 401. A provider that hangs blocks the call beyond its
   * {@link #timeout(Duration)}: only an interrupt of the thread ends it.
   *
   * @param provider asked by several threads at once, if they call at once
   * @return this
   */
  public B tokens(TokenProvider provider) {
    tokens = Objects.requireNonNull(provider, "provider");
    return self();
  }

  /**
   * Adds a header to each request.
   *
   * @param name its case does not count; replaces an earlier header of that name
   * @param value printable ASCII; else each call throws {@link IllegalArgumentException}
   * @return this
   */
  public B header(String name, String value) {
    headers.add(Map.entry(name, value));
    return self();
  }

  /**
   * How long a call may take in all: name look-up, connection, every try, and the pauses between
   * them. So a call blocks a thread of yours for no longer while the server is away.
   *
   * @param limit 1 ms to 4 min 30 s; 3 s by default
   * @return this
   * @throws IllegalArgumentException if it is out of that range
   */
  public B timeout(Duration limit) {
    timeout = requireTimeout(limit);
    return self();
  }

  static Duration requireTimeout(Duration limit) {
    if (SseClient.positive("timeout", limit).compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "timeout is "
              + limit
              + "; allowed: 1 ms to 4 min 30 s, because the server recognizes a repetition only"
              + " while it holds the event");
    }
    return limit;
  }

  Duration timeout() {
    return timeout;
  }

  /**
   * How long to start new tries, from the beginning of the call: only the first try may start
   * later. For a call that shall fail fast when the server is down, but wait for an answer that is
   * slow.
   *
   * @param limit zero, to try once, to the {@link #timeout(Duration)}, which is the default
   * @return this
   * @throws IllegalArgumentException if it is negative
   */
  public B retryFor(Duration limit) {
    if (limit.isNegative()) {
      throw new IllegalArgumentException("retryFor is negative: " + limit);
    }
    retryFor = limit;
    return self();
  }

  /**
   * The way out of this library's settings: a proxy, certificates, another pool. Redirects stay
   * unfollowed, and the dispatcher and the timeouts stay this library's. A client of yours may be
   * the start ({@code ignored -> mine.newBuilder()}): its calls and its pool are left alone.
   *
   * @param customizer gets a new builder, and returns that or another; called once, by {@code
   *     build()}
   * @return this
   */
  public B okHttp(UnaryOperator<OkHttpClient.Builder> customizer) {
    okHttp = Objects.requireNonNull(customizer, "customizer");
    return self();
  }

  /**
   * With these settings.
   *
   * @throws IllegalStateException if retries are to start after the call's end
   * @throws IllegalArgumentException if the server's base has a query
   */
  ApiClient client() {
    if (retryFor != null && retryFor.compareTo(timeout) > 0) {
      throw new IllegalStateException(
          "retryFor is "
              + retryFor
              + " and timeout, which bounds the whole call, "
              + timeout
              + "; allowed: up to timeout. Raise timeout to retry for longer");
    }
    return new ApiClient(
        StreamSpec.asFolder(server),
        tokens,
        headers,
        timeout,
        retryFor == null ? timeout : retryFor,
        okHttp);
  }
}
