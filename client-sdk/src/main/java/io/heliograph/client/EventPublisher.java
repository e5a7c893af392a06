package io.heliograph.client;

import io.heliograph.client.internal.base.SafeObserver;
import io.heliograph.client.internal.json.JsonObject;
import io.heliograph.client.internal.publish.ApiCall;
import io.heliograph.client.internal.publish.ApiClient;
import io.heliograph.client.internal.publish.ApiFailure;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events to Heliograph. Thread-safe; made once and used by all threads, virtual ones too.
 * Each call blocks until the server has accepted the event, for at most {@link Builder#timeout}: 3
 * s by default.
 *
 * <p>Within that time a call is made again if the connection fails or the server says that it
 * cannot just now (408, 425, 429, 502, 503, 504; {@code Retry-After} is obeyed): with growing
 * pauses, and under the same {@code Idempotency-Key}, by which the server knows the event again and
 * publishes it once. A server keeps a key with its event in its memory, for as long as the log
 * holds the event: a try that comes after its restart, or to another node, may publish the event a
 * second time. What the server refuses is a {@link PublishException} at once.
 *
 * <p>An interrupt of the calling thread ends the call with a {@link PublishException}, and the flag
 * stays set: at once between two tries and on a virtual thread; on a platform thread when the try
 * under way has ended, unless that one succeeds.
 */
public final class EventPublisher implements AutoCloseable {
  private static final int MAX_USERS = 1000;

  private final ApiClient api;
  private final PublishQueue queue;
  private final Duration patience;
  private final @Nullable ClientObserver observer;

  private EventPublisher(Builder builder) {
    api = builder.client();
    patience = builder.timeout();
    Duration limit = builder.queueTimeout;
    observer = builder.observer;
    queue = new PublishQueue(builder.queueCapacity, batch -> sendQueued(limit, batch));
  }

  /**
   * {@return a publisher with all defaults, and without tokens}
   *
   * @param server its base, such as {@code http://localhost:8080}
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  public static EventPublisher create(URI server) {
    return builder(server).build();
  }

  /**
   * Begins a publisher that is set up before it is built.
   *
   * @param server its base, such as {@code http://localhost:8080}
   * @return a builder with all defaults
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  public static Builder builder(URI server) {
    return new Builder(server);
  }

  /**
   * Publishes to one user, who may be offline: the event is kept, unless it is ephemeral.
   *
   * @param user the user's id: 1 to 256 bytes of UTF-8 without {@code /} and control characters,
   *     and neither {@code .} nor {@code ..}, which no path can hold
   * @param event what the user gets
   * @return the event's id, and how many connections were woken
   * @throws PublishException if the event was not accepted
   * @throws IllegalArgumentException if that is no user id
   */
  public PublishResult.Accepted publish(String user, NewEvent event) {
    return one("v1/users/" + UserIds.segment(user) + "/events", event);
  }

  /**
   * Publishes to several users, in one request.
   *
   * @param users 1 to 1,000 different ids
   * @param event what each of them gets
   * @return by user, in the given order
   * @throws PublishException if the event was not accepted; unless it {@linkplain
   *     PublishException#mayHaveHappened may have happened}, no user gets it
   * @throws IllegalArgumentException if no user is named, or more than 1,000
   */
  public Map<String, PublishResult.Accepted> publish(Collection<String> users, NewEvent event) {
    if (users.size() > MAX_USERS) {
      throw new IllegalArgumentException(
          users.size() + " users; allowed: 1 to " + MAX_USERS + ". For more: publishAll");
    }
    PublishResult result = publishAll(List.of(Publication.toUsers(users, event))).get(0);
    if (result instanceof PublishResult.AcceptedForUsers many) {
      return many.users();
    }
    if (result instanceof PublishResult.Accepted single) {
      return Map.of(users.iterator().next(), single);
    }
    var refused = (PublishResult.Refused) result;
    throw new PublishException(
        "the event was refused (" + refused.status() + "): " + refused.detail(),
        refused.status(),
        refused.type(),
        refused.detail(),
        false,
        null);
  }

  /**
   * Publishes to everybody, connected now or coming back later.
   *
   * @param event what everybody gets
   * @return the event's id, and how many connections were woken
   * @throws PublishException if the event was not accepted
   */
  public PublishResult.Accepted broadcast(NewEvent event) {
    return one("v1/broadcast", event);
  }

  /**
   * Publishes many, in order.
   *
   * @param items any number; none sends nothing
   * @return what became of each, in the same order
   * @throws PublishException if a request failed as a whole; what was before it may be published.
   *     To know how far it came, use {@link #publishAll(Iterator, BiConsumer)}
   */
  public List<PublishResult> publishAll(List<Publication> items) {
    var results = new ArrayList<PublishResult>(items.size());
    publishAll(items.iterator(), (item, result) -> results.add(result));
    return results;
  }

  /**
   * Publishes as many as there are, in order: in requests of at most 500 items, each sent when the
   * one before it was answered, and each made again on its own if need be. So any number passes
   * through with the memory of one request.
   *
   * @param items asked for the next ones when a request is full; one that throws ends the call, and
   *     what was not sent yet is not published
   * @param results told what became of each item, in order, on the calling thread. A refused item
   *     ends nothing; one that was refused with 429 may be published again
   * @throws PublishException if a request failed as a whole: the items of which nothing was told
   *     are not published, but for those of this request if {@link
   *     PublishException#mayHaveHappened}
   */
  public void publishAll(
      Iterator<Publication> items, BiConsumer<Publication, PublishResult> results) {
    var batch = new Batch();
    while (items.hasNext()) {
      Publication item = items.next();
      if (!batch.add(item)) {
        send(batch, results);
        batch = new Batch();
        batch.add(item);
      }
    }
    if (!batch.items().isEmpty()) {
      send(batch, results);
    }
  }

  /**
   * Publishes to one user without blocking: {@link #publishAsync(Publication)}.
   *
   * @param user the user's id
   * @param event what the user gets
   * @return completed once the server has answered
   */
  public CompletableFuture<PublishResult> publishAsync(String user, NewEvent event) {
    return publishAsync(Publication.toUser(user, event));
  }

  /**
   * Publishes without blocking: the event is queued, and a thread of this library sends what is
   * queued, in order and as many in a request as wait. The queue holds 1,000 events, and a request
   * is tried for 30 s ({@link Builder#queue}).
   *
   * <p>The queue is in memory: it does not survive the program. For events that must not be lost,
   * write them to an outbox with your data, and publish them from there under a {@linkplain
   * NewEvent#idempotencyKey key of their own}.
   *
   * @param item the event and who gets it
   * @return completed once the server has answered, also with {@link PublishResult.Refused}. Fails
   *     with {@link PublishException} if the server could not be reached in time, and at once if
   *     the queue is full ({@link PublishException#QUEUE_FULL}). What depends on it runs on the
   *     thread that sends, and holds it up: let it run elsewhere ({@code thenAcceptAsync}) if it
   *     takes long
   */
  public CompletableFuture<PublishResult> publishAsync(Publication item) {
    return queue.add(item);
  }

  /** {@return how many events of {@link #publishAsync} have no answer yet} */
  public int queued() {
    return queue.size();
  }

  /**
   * Ends the calls under way and frees the connections. Events of {@link #publishAsync} that wait
   * are published first, for at most {@link Builder#timeout}; those that are left fail. Without any
   * it returns at once. May be repeated. Every call after it is an {@link IllegalStateException}.
   */
  @Override
  public void close() {
    queue.close(patience);
    api.close();
  }

  private PublishResult.Accepted one(String path, NewEvent event) {
    String key = Batch.key(event.idempotencyKey().orElse(null));
    String body = "{" + event.members() + "}";
    ApiClient.Answer answer =
        call(() -> api.call(new ApiCall("POST", path, "application/json", body, key)));
    try {
      return Batch.accepted(JsonObject.of(answer.body()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw Batch.foreign("POST " + path, answer.status(), e);
    }
  }

  private void send(Batch batch, BiConsumer<Publication, PublishResult> told) {
    List<PublishResult> results = batch.results(call(() -> api.call(batch.call())));
    for (int i = 0; i < results.size(); i++) {
      told.accept(batch.items().get(i), results.get(i));
    }
  }

  private List<PublishResult> sendQueued(Duration limit, Batch batch) {
    try {
      return batch.results(call(() -> api.call(batch.call(), limit, limit)));
    } catch (IllegalStateException e) {
      throw new PublishException(
          "nothing was sent: the publisher was closed", 0, "", "closed", false, e);
    }
  }

  private interface Request {
    ApiClient.Answer send() throws ApiFailure;
  }

  private ApiClient.Answer call(Request request) {
    long began = System.nanoTime();
    PublishException failure = null;
    try {
      return request.send();
    } catch (ApiFailure e) {
      failure = e.as(PublishException::new);
      throw failure;
    } finally {
      if (observer != null) {
        observer.published(
            Duration.ofNanos(System.nanoTime() - began), Optional.ofNullable(failure));
      }
    }
  }

  /** Builds a publisher; each setting has a default. Not thread-safe. */
  public static final class Builder extends ApiBuilder<Builder> {
    private int queueCapacity = 1000;
    private Duration queueTimeout = Duration.ofSeconds(30);
    private @Nullable ClientObserver observer;

    private Builder(URI server) {
      super(server);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * How much {@link EventPublisher#publishAsync} keeps, and for how long it tries.
     *
     * @param capacity how many events may wait, in memory: 1 and more; 1,000 by default
     * @param timeout of one request, with every try and the pauses between them: 1 ms to 4 min 30
     *     s; 30 s by default. An event waits for the requests before it, too
     * @return this
     * @throws IllegalArgumentException if one is out of its range
     */
    public Builder queue(int capacity, Duration timeout) {
      if (capacity < 1) {
        throw new IllegalArgumentException("capacity is " + capacity + "; allowed: 1 or more");
      }
      queueCapacity = capacity;
      queueTimeout = requireTimeout(timeout);
      return this;
    }

    /**
     * Hears how long each request took and how it ended, such as a {@code MicrometerObserver}.
     *
     * @param clientObserver may be that of an {@link SseClient}, too
     * @return this
     */
    public Builder observer(ClientObserver clientObserver) {
      observer = new SafeObserver(Objects.requireNonNull(clientObserver, "clientObserver"));
      return this;
    }

    /**
     * {@return the publisher; nothing is connected yet}
     *
     * @throws IllegalStateException if {@code retryFor} is longer than {@code timeout}
     * @throws IllegalArgumentException if the server's base URL has a query
     */
    public EventPublisher build() {
      return new EventPublisher(this);
    }
  }
}
