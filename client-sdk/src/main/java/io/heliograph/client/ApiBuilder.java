package io.heliograph.client;

import io.heliograph.client.internal.http.HeaderLines;
import io.heliograph.client.internal.publish.ApiClient;
import java.net.URI;
import java.time.Duration;
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
  private HeaderLines headers = HeaderLines.NONE;
  private @Nullable TokenProvider tokens;
  private Duration timeout = Duration.ofSeconds(3);
  private @Nullable Duration retryFor;
  private UnaryOperator<OkHttpClient.Builder> okHttp = UnaryOperator.identity();

  ApiBuilder(URI server) {
    this.server = Checks.requireHttp(server);
  }

  abstract B self();

  /**
   * Sends {@code Authorization: Bearer …}. The provider is called before each request, on the
   * calling thread, and again with {@code renew} after a 401. A provider that hangs blocks the call
   * beyond its {@link #timeout(Duration)}; only an interrupt of the thread ends it.
   *
   * @param provider called by several threads at once if they make calls at once
   * @return this
   */
  public B tokens(TokenProvider provider) {
    tokens = Objects.requireNonNull(provider, "provider");
    return self();
  }

  /**
   * Sets a header of each request.
   *
   * @param name case-insensitive; replaces earlier headers of that name
   * @param value printable ASCII; otherwise each call throws {@link IllegalArgumentException}
   * @return this
   */
  public B header(String name, String value) {
    headers = headers.with(name, value);
    return self();
  }

  /**
   * Adds a header to each request, and keeps earlier headers of that name.
   *
   * @param name case-insensitive
   * @param value printable ASCII; otherwise each call throws {@link IllegalArgumentException}
   * @return this
   */
  public B addHeader(String name, String value) {
    headers = headers.plus(name, value);
    return self();
  }

  /**
   * Limits the total time of a call: name lookup, connection, all tries, and the pauses between
   * them. A call blocks its thread for no longer, even if the server is unreachable.
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
    if (Checks.positive("timeout", limit).compareTo(LONGEST) > 0) {
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
   * Limits the time within which new tries start, measured from the start of the call. Use it for a
   * call that must fail fast if the server is down, but may wait for a slow response.
   *
   * @param limit from zero, which means a single try, to the {@link #timeout(Duration)}, which is
   *     the default
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
   * Customizes the OkHttp client, for settings that this library does not offer: a proxy,
   * certificates, another pool. Redirects are still not followed, and the dispatcher and the
   * timeouts remain those of this library. To start from a client of your own, use {@code ignored
   * -> mine.newBuilder()}; its calls and its pool are not affected.
   *
   * @param customizer receives a new builder, and returns it or another one; called once, by {@code
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
   * @throws IllegalArgumentException if the server's base URL has a query
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
