package io.heliograph.client.internal.publish;

import io.heliograph.client.TokenProvider;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.HeaderLines;
import io.heliograph.client.internal.http.OkHttpVersion;
import io.heliograph.client.internal.http.Tokens;
import io.heliograph.client.internal.http.Urls;
import io.heliograph.client.internal.json.Json;
import java.io.IOException;
import java.net.URI;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLPeerUnverifiedException;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Calls Heliograph's HTTP API, and calls again, within a bound of time, where that is safe and
 * helps. Thread-safe; blocks the calling thread.
 */
public final class ApiClient implements AutoCloseable {
  /** The type of a refusal that is none: the server does not know whether it kept the event. */
  public static final String LOG_UNAVAILABLE = "urn:heliograph:problem:log-unavailable";

  private static final String UNKNOWN = "The server may or may not have executed the call";
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final URI server;
  private final @Nullable TokenProvider tokens;
  private final Duration timeout;
  private final Duration tryFor;
  private final SingleCalls calls;
  // Open until close(): whoever waits for the next try waits here.
  private final CountDownLatch closing = new CountDownLatch(1);

  /**
   * For a server.
   *
   * @param server ends with a slash
   * @param tokens null where none are sent
   * @param timeout of a call with all its tries; asking for a token does not count
   * @param tryFor how long to start new tries, from the beginning of the call; zero to try once
   * @param okHttp the user's changes; its dispatcher is not used, its pool is
   */
  public ApiClient(
      URI server,
      @Nullable TokenProvider tokens,
      HeaderLines headers,
      Duration timeout,
      Duration tryFor,
      UnaryOperator<OkHttpClient.Builder> okHttp) {
    OkHttpVersion.require();
    this.server = server;
    this.tokens = tokens;
    this.timeout = timeout;
    this.tryFor = tryFor;
    this.calls = new SingleCalls(headers, timeout, okHttp);
  }

  /** What came back, with a status below 400. */
  public record Answer(int status, String body) {}

  /** Calls, and calls again, for as long as the client's settings say. */
  public Answer call(ApiCall call) throws ApiFailure {
    return call(call, tokens, timeout, tryFor);
  }

  /** The same within a limit of its own, if that is shorter than the client's. */
  public Answer callWithin(ApiCall call, Duration limit) throws ApiFailure {
    return callWithin(call, tokens, limit);
  }

  /** The same with tokens of its own. */
  public Answer callWithin(ApiCall call, @Nullable TokenProvider ownTokens, Duration limit)
      throws ApiFailure {
    return call(call, ownTokens, shorter(timeout, limit), shorter(tryFor, limit));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Calls, and calls again, for as long as given, whatever the client's settings say. */
  public Answer callFor(ApiCall call, Duration limit) throws ApiFailure {
    return call(call, tokens, limit, limit);
  }

  /**
   * The token with which a call would begin now; null where none is sent.
   *
   * @param what the call, for the failure's message
   */
  public @Nullable String token(String what) throws ApiFailure {
    return token(what, tokens, false, false);
  }

  private Answer call(
      ApiCall call, @Nullable TokenProvider ownTokens, Duration limit, Duration triesEnd)
      throws ApiFailure {
    HttpUrl url = HttpUrl.get(server.resolve(call.path()).toString());
    String what = call.method() + " " + Urls.shown(url);
    long end = Ticks.MACHINE.in(limit);
    long deadline = Ticks.MACHINE.in(triesEnd);
    // Leaves a third: where a pooled connection has died without a word, a second try can succeed.
    long whole = Ticks.nanos(limit);
    long firstTry = Ticks.nanos(triesEnd) > whole / 3 * 2 ? whole / 3 * 2 : whole;
    boolean renew = false;
    boolean renewed = false;
    boolean mayHaveHappened = false;
    @Nullable ApiFailure failure = null;
    for (int failures = 1; ; failures++) {
      if (isClosed()) {
        throw new IllegalStateException("closed");
      }
      String token = token(what, ownTokens, renew, mayHaveHappened);
      if (failure != null && (isClosed() || Ticks.MACHINE.now() >= deadline)) {
        throw failure; // The token took so long that the server may have forgotten the key.
      }
      if (isClosed()) {
        throw new IllegalStateException("closed while the token provider was called");
      }
      SingleCalls.Outcome outcome =
          calls.send(
              what, call, url, token, failures == 1 ? Math.min(firstTry, left(end)) : left(end));
      renew = false;
      Optional<Duration> floor = Optional.empty();
      if (outcome instanceof SingleCalls.Answered answered) {
        int status = answered.status();
        if (status < 300) {
          return new Answer(status, answered.body());
        }
        if (status == 401 && ownTokens != null && !renewed) {
          renewed = true;
          renew = true;
          continue; // Nothing was done: asking again is safe, and at once.
        }
        mayHaveHappened |= isUnknown(status, answered.body());
        failure = refused(what, status, answered.body(), mayHaveHappened);
        if (!worthAnotherTry(status)) {
          throw failure;
        }
        floor = answered.retryAfter();
      } else {
        var failed = (SingleCalls.Failed) outcome;
        IOException error = failed.error();
        mayHaveHappened |= failed.sent();
        failure =
            new ApiFailure(
                what + " failed: " + text(error) + ". " + whatNow(mayHaveHappened, error),
                0,
                "",
                text(error),
                mayHaveHappened,
                error);
        if (Thread.currentThread().isInterrupted() || isClosed() || isHopeless(error)) {
          throw failure;
        }
        // After a restart of the server, others of the pool are as dead as this one was.
        calls.closeIdle();
      }
      pause(failures, floor, deadline, failure);
    }
  }

  private static long left(long end) {
    return Math.max(1_000_000, end - Ticks.MACHINE.now());
  }

  private static @Nullable String token(
      String what, @Nullable TokenProvider provider, boolean renew, boolean mayHaveHappened)
      throws ApiFailure {
    if (provider == null) {
      return null;
    }
    try {
      return Tokens.ask(provider, renew);
    } catch (Exception e) {
      if (e instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      throw new ApiFailure(
          what + " not sent: the token provider failed: " + e,
          0,
          "",
          String.valueOf(e.getMessage()),
          mayHaveHappened,
          e);
    }
  }

  /** Waits before the next try, or throws the failure if there will be none. */
  private void pause(int failures, Optional<Duration> floor, long deadline, ApiFailure failure)
      throws ApiFailure {
    long span = FIRST_PAUSE.toNanos() << Math.min(failures - 1, 20);
    long jitter =
        (long) (Math.min(span, LONGEST_PAUSE.toNanos()) * ThreadLocalRandom.current().nextDouble());
    Duration pause = floor.orElse(Duration.ZERO).plusNanos(jitter);
    if (Ticks.MACHINE.in(pause) >= deadline) {
      throw failure; // Waiting in vain would only delay the bad news.
    }
    try {
      if (closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
        throw failure;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure;
    }
  }

  private boolean isClosed() {
    return closing.getCount() == 0;
  }

  /**
   * Whether it failed on the way, and nobody says how far it came. A 503 is a refusal, unless the
   * server itself does not know.
   */
  private static boolean isUnknown(int status, String body) {
    return status >= 500
        && (status != 503 || LOG_UNAVAILABLE.equals(Json.fields(body).get("type")));
  }

  private static boolean worthAnotherTry(int status) {
    return switch (status) {
      case 408, 425, 429, 502, 503, 504 -> true;
      default -> false;
    };
  }

  private static boolean isHopeless(IOException error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof CertificateException || cause instanceof SSLPeerUnverifiedException) {
        return true; // It will be no more trusted in a second.
      }
    }
    return false;
  }

  private static ApiFailure refused(String what, int status, String body, boolean mayHaveHappened) {
    Map<String, String> fields = Json.fields(body);
    String plain = body.strip();
    String detail =
        fields.getOrDefault(
            "detail",
            fields.getOrDefault("title", plain.substring(0, Math.min(200, plain.length()))));
    return new ApiFailure(
        what
            + " was answered "
            + status
            + (detail.isEmpty() ? "" : ": " + detail)
            + (status < 400 ? ". Check that this is the base URL of a Heliograph server." : "")
            + (mayHaveHappened ? ". " + UNKNOWN : ""),
        status,
        fields.getOrDefault("type", "about:blank"),
        detail,
        mayHaveHappened,
        null);
  }

  private static String text(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private static String whatNow(boolean mayHaveHappened, IOException error) {
    if (mayHaveHappened) {
      return UNKNOWN;
    }
    boolean answered = error instanceof SSLException; // So somebody is there.
    return "Nothing was sent" + (answered ? "" : "; check that a server is running there");
  }

  /** Ends what is under way and frees the connections. */
  @Override
  public void close() {
    closing.countDown();
    calls.close();
  }
}
