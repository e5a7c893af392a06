package io.heliograph.client.internal.publish;

import io.heliograph.client.internal.http.HeaderLines;
import io.heliograph.client.internal.http.OneShotBody;
import io.heliograph.client.internal.http.PatientDns;
import io.heliograph.client.internal.http.Responses;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.UnaryOperator;
import okhttp3.Call;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;
import okhttp3.EventListener;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Sends requests of the HTTP API by OkHttp, each once. Thread-safe; blocks the calling thread. */
final class SingleCalls {
  private static final long MAX_ANSWER_BYTES = 16 << 20;

  /** An answer of any kind, or none. */
  sealed interface Outcome {}

  /** An answer, of any status. */
  record Answered(int status, String body, Optional<Duration> retryAfter) implements Outcome {}

  /**
   * No answer.
   *
   * @param sent whether the server may have got the request
   */
  record Failed(IOException error, boolean sent) implements Outcome {}

  private final HeaderLines headers;
  private final OkHttpClient client;
  // Not the client's if its user has set another: that one is not ours to empty.
  private final ConnectionPool ownPool = new ConnectionPool();

  /**
   * Connects to nothing yet.
   *
   * @param lookUp the longest that a look-up of a name may take
   * @param okHttp the user's changes; its dispatcher is not used, its pool is
   */
  SingleCalls(HeaderLines headers, Duration lookUp, UnaryOperator<OkHttpClient.Builder> okHttp) {
    this.headers = headers;
    OkHttpClient base = okHttp.apply(new OkHttpClient.Builder().connectionPool(ownPool)).build();
    EventListener.Factory others = base.eventListenerFactory();
    this.client =
        base.newBuilder()
            .eventListenerFactory(call -> new Sent(call).plus(others.create(call)))
            // The user's may be shared, and close() shall end no calls but its own.
            .dispatcher(new Dispatcher())
            // A redirect would turn the POST into a GET, or hand the token to somebody else.
            .followRedirects(false)
            // The JDK's own look-up would not be ended by the timeout of the call.
            .dns(new PatientDns(base.dns(), lookUp))
            // That of the whole call counts, which is set with each.
            .connectTimeout(Duration.ZERO)
            .readTimeout(Duration.ZERO)
            .writeTimeout(Duration.ZERO)
            .build();
  }

  /**
   * Sends a request once.
   *
   * @param what the call, for the failure's message
   * @throws ApiFailure if the answer is too large to be Heliograph's
   */
  Outcome send(String what, ApiCall call, HttpUrl url, @Nullable String token, long limitNanos)
      throws ApiFailure {
    var sent = new AtomicBoolean();
    Call http = client.newCall(request(call, url, token, sent));
    http.timeout().timeout(limitNanos, TimeUnit.NANOSECONDS);
    try (Response response = http.execute()) {
      Optional<Duration> retryAfter =
          Responses.retryAfter(Responses.header(response, "Retry-After"), Instant.now());
      return new Answered(response.code(), body(what, response), retryAfter);
    } catch (IOException e) {
      return new Failed(e, sent.get());
    }
  }

  private Request request(ApiCall call, HttpUrl url, @Nullable String token, AtomicBoolean sent) {
    RequestBody body =
        call.contentType() == null
            ? (call.method().equals("POST") ? RequestBody.EMPTY : null)
            : OneShotBody.of(call.contentType(), call.body());
    var request =
        new Request.Builder().url(url).method(call.method(), body).tag(AtomicBoolean.class, sent);
    headers.to(request);
    if (call.method().equals("GET")) {
      request.header("Accept", "application/json"); // Without it, kept events come as a stream.
    }
    if (call.idempotencyKey() != null) {
      request.header("Idempotency-Key", call.idempotencyKey());
    }
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return request.build();
  }

  /** Notes on a request that the server may have got it: no look-up, connection or TLS failed. */
  private static final class Sent extends EventListener {
    private final @Nullable AtomicBoolean sent;

    Sent(Call call) {
      sent = call.request().tag(AtomicBoolean.class);
    }

    @Override
    public void requestHeadersStart(Call call) {
      if (sent != null) {
        sent.set(true);
      }
    }
  }

  private static String body(String what, Response response) throws IOException, ApiFailure {
    var body = response.peekBody(MAX_ANSWER_BYTES + 1);
    if (body.contentLength() > MAX_ANSWER_BYTES) {
      throw new ApiFailure(
          what + ": the response is too large to be from Heliograph",
          response.code(),
          "",
          "the response is too large",
          true,
          null);
    }
    return body.string();
  }

  /** Closes the connections that no request uses. */
  void closeIdle() {
    ownPool.evictAll();
  }

  /** Ends what is under way and frees the connections. */
  void close() {
    client.dispatcher().cancelAll();
    ownPool.evictAll();
  }
}
