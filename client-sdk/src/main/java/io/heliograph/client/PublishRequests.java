package io.heliograph.client;

import io.heliograph.client.internal.json.JsonObject;
import io.heliograph.client.internal.publish.ApiCall;
import io.heliograph.client.internal.publish.ApiClient;
import io.heliograph.client.internal.publish.ApiFailure;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends the requests of a publisher, and tells its observer of each. Thread-safe; blocks the
 * calling thread.
 */
final class PublishRequests implements Coalescing.Sender, AutoCloseable {
  private final ApiClient api;
  private final @Nullable ClientObserver observer;

  /** Sends nothing yet; the client is this object's to close. */
  PublishRequests(ApiClient api, @Nullable ClientObserver observer) {
    this.api = api;
    this.observer = observer;
  }

  /** Publishes one event in a request of its own. */
  PublishResult.Accepted alone(
      String path, NewEvent event, @Nullable String trace, Duration within) {
    String key = Batch.key(event.idempotencyKey().orElse(null));
    String body = "{" + event.members(trace) + "}";
    var request = new ApiCall("POST", path, "application/json", body, key);
    ApiClient.Answer answer = call(() -> api.callWithin(request, within));
    try {
      return Batch.accepted(JsonObject.of(answer.body()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw Batch.foreign("POST " + path, answer.status(), e);
    }
  }

  /** Publishes a batch of the caller's own. */
  List<PublishResult> send(Batch batch) {
    return batch.results(call(() -> api.call(batch.call())));
  }

  /** Publishes a batch for others, who wait for it; tries for so long. */
  List<PublishResult> sendFor(Batch batch, Duration limit) {
    return unlessClosed(() -> batch.results(call(() -> api.callFor(batch.call(), limit))));
  }

  @Override
  public @Nullable String token() {
    try {
      return api.token("POST v1/events");
    } catch (ApiFailure e) {
      throw e.as(PublishException::new);
    }
  }

  @Override
  public List<PublishResult> send(Batch batch, @Nullable String token, Duration within) {
    TokenProvider theirs = token == null ? null : renew -> token;
    ApiCall request = batch.call();
    return unlessClosed(() -> batch.results(call(() -> api.callWithin(request, theirs, within))));
  }

  /** What others wait for fails like any request when the publisher is closed. */
  private static List<PublishResult> unlessClosed(Supplier<List<PublishResult>> request) {
    try {
      return request.get();
    } catch (IllegalStateException e) {
      throw new PublishException(
          "nothing was sent: the publisher was closed", 0, "", "closed", false, e);
    }
  }

  private interface Request {
    ApiClient.Answer send() throws ApiFailure;
  }

  /** Tells the observer. What else is thrown is no request, such as where this is closed. */
  private ApiClient.Answer call(Request request) {
    long began = System.nanoTime();
    try {
      ApiClient.Answer answer = request.send();
      tell(began, Optional.empty());
      return answer;
    } catch (ApiFailure e) {
      PublishException failure = e.as(PublishException::new);
      tell(began, Optional.of(failure));
      throw failure;
    }
  }

  private void tell(long began, Optional<PublishException> failure) {
    if (observer != null) {
      observer.published(Duration.ofNanos(System.nanoTime() - began), failure);
    }
  }

  /** Ends what is under way and frees the connections. */
  @Override
  public void close() {
    api.close();
  }
}
