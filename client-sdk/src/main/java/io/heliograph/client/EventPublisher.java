package io.heliograph.client;

import io.heliograph.client.internal.base.SafeObserver;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events to Heliograph. Thread-safe; create one and share it between all threads,
 * including virtual ones. Each call blocks until the server has accepted the event, for at most
 * {@link Builder#timeout} (default: 3 s).
 *
 * <p>Within that time, the publisher retries if the connection fails or the server temporarily
 * refuses (408, 425, 429, 502, 503, 504; {@code Retry-After} is respected). The pauses grow, and
 * all tries use the same {@code Idempotency-Key}, so the server publishes the event once. A server
 * keeps the key in memory, for as long as the log holds the event. A retry after the server has
 * restarted, or on another node, may publish the event a second time. Any other refusal throws
 * {@link PublishException} at once.
 *
 * <p>An interrupt of the calling thread ends the call with a {@link PublishException}, and the
 * interrupt flag stays set. On a virtual thread and between two tries, the call ends at once. On a
 * platform thread, it ends after the current try, unless that try succeeds.
 *
 * <p>Events that several threads publish at the same time share a request ({@link
 * Builder#coalescing}). Each call returns the result of its own event. If the thread is interrupted
 * while its event is in a shared request, the call ends at once and {@linkplain
 * PublishException#mayHaveHappened may have happened}.
 */
public final class EventPublisher implements AutoCloseable {
  private static final int MAX_USERS = 1000;

  private final PublishRequests requests;
  private final PublishQueue queue;
  // Null where each event has a request of its own.
  private final @Nullable Coalescing coalescing;
  private final Duration patience;
  private final Supplier<Optional<String>> traceparent;

  private EventPublisher(Builder builder) {
    requests = new PublishRequests(builder.client(), builder.observer);
    patience = builder.timeout();
    Duration limit = builder.queueTimeout;
    traceparent = builder.traceparent;
    coalescing =
        builder.coalescing ? new Coalescing(requests, patience, Coalescing.MAX_WAIT) : null;
    queue = new PublishQueue(builder.queueCapacity, batch -> requests.sendFor(batch, limit));
  }

  /**
   * {@return a publisher with default settings and without tokens}
   *
   * @param server its base URL, such as {@code http://localhost:8080}
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  public static EventPublisher create(URI server) {
    return builder(server).build();
  }

  /**
   * Starts building a publisher.
   *
   * @param server its base URL, such as {@code http://localhost:8080}
   * @return a builder with default settings
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  public static Builder builder(URI server) {
    return new Builder(server);
  }

  /**
   * Publishes an event to one user. The user may be offline: the server stores the event, unless it
   * is ephemeral.
   *
   * @param user the user's id: 1 to 256 bytes of UTF-8 without {@code /} and control characters,
   *     and not {@code .} or {@code ..}
   * @param event the event
   * @return the event's id, and the number of connections that were woken
   * @throws PublishException if the event was not accepted
   * @throws IllegalArgumentException if the user id is not allowed
   */
  public PublishResult.Accepted publish(String user, NewEvent event) {
    return one("v1/users/" + UserIds.segment(user) + "/events", Publication.toUser(user, event));
  }

  /**
   * Publishes an event to several users, in one request.
   *
   * @param users 1 to 1,000 distinct ids
   * @param event the event
   * @return the results by user, in the given order
   * @throws PublishException if the event was not accepted; unless it {@linkplain
   *     PublishException#mayHaveHappened may have happened}, no user receives it
   * @throws IllegalArgumentException if there are no users, or more than 1,000
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
    throw Batch.refusal((PublishResult.Refused) result);
  }

  /**
   * Publishes an event to all users, connected now or later.
   *
   * @param event the event
   * @return the event's id, and the number of connections that were woken
   * @throws PublishException if the event was not accepted
   */
  public PublishResult.Accepted broadcast(NewEvent event) {
    return one("v1/broadcast", Publication.toAll(event));
  }

  /**
   * Publishes many events, in order.
   *
   * @param items any number; an empty list sends nothing
   * @return the result of each, in the same order
   * @throws PublishException if a request failed as a whole; earlier items may be published. To
   *     know which ones, use {@link #publishAll(Iterator, BiConsumer)}
   */
  public List<PublishResult> publishAll(List<Publication> items) {
    var results = new ArrayList<PublishResult>(items.size());
    publishAll(items.iterator(), (item, result) -> results.add(result));
    return results;
  }

  /**
   * Publishes all items of an iterator, in order. It sends requests of at most 500 items, one after
   * the other, and retries each request on its own. Any number of items therefore needs only the
   * memory of one request.
   *
   * @param items read when the next request is filled. An exception ends the call, and items that
   *     were not sent yet are not published
   * @param results receives the result of each item, in order, on the calling thread. A refused
   *     item does not end the call; an item that was refused with 429 may be published again
   * @throws PublishException if a request failed as a whole. Items without a result are not
   *     published, except possibly those of the failed request if {@link
   *     PublishException#mayHaveHappened}
   */
  public void publishAll(
      Iterator<Publication> items, BiConsumer<Publication, PublishResult> results) {
    var batch = new Batch();
    while (items.hasNext()) {
      Publication item = items.next();
      String trace = trace();
      if (!batch.add(item, trace)) {
        send(batch, results);
        batch = new Batch();
        batch.add(item, trace);
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
   * @param event the event
   * @return completed when the server has responded
   */
  public CompletableFuture<PublishResult> publishAsync(String user, NewEvent event) {
    return publishAsync(Publication.toUser(user, event));
  }

  /**
   * Publishes without blocking. The event is queued, and a thread of this library sends the queued
   * events in order, as many per request as are waiting. By default, the queue holds 1,000 events
   * and each request is retried for 30 s ({@link Builder#queue}).
   *
   * <p>The queue is in memory and does not survive the program. If events must not be lost, write
   * them to an outbox together with your data, and publish them from there under a {@linkplain
   * NewEvent#idempotencyKey key of their own}.
   *
   * @param item the event and its recipients
   * @return completed when the server has responded, also with {@link PublishResult.Refused}. Fails
   *     with {@link PublishException} if the server could not be reached in time, and at once if
   *     the queue is full ({@link PublishException#QUEUE_FULL}). Dependent stages run on the
   *     sending thread and delay it; run long ones elsewhere ({@code thenAcceptAsync})
   */
  public CompletableFuture<PublishResult> publishAsync(Publication item) {
    return queue.add(item, trace());
  }

  /** {@return the number of events of {@link #publishAsync} without a response} */
  public int queued() {
    return queue.size();
  }

  /**
   * Ends running calls and releases the connections. Queued events of {@link #publishAsync} are
   * published first, for at most {@link Builder#timeout}; the remaining ones fail. Without queued
   * events it does not block. May be called repeatedly. Later calls throw {@link
   * IllegalStateException}.
   */
  @Override
  public void close() {
    queue.close(patience);
    requests.close();
  }

  private PublishResult.Accepted one(String path, Publication item) {
    NewEvent event = item.event();
    String trace = trace();
    return coalescing == null || event.idempotencyKey().isPresent()
        ? requests.alone(path, event, trace, patience)
        : coalescing.publish(item, trace, within -> requests.alone(path, event, trace, within));
  }

  private @Nullable String trace() {
    return traceparent.get().orElse(null);
  }

  private void send(Batch batch, BiConsumer<Publication, PublishResult> told) {
    List<PublishResult> results = requests.send(batch);
    for (int i = 0; i < results.size(); i++) {
      told.accept(batch.items().get(i), results.get(i));
    }
  }

  /** Builds a publisher. Each setting has a default. Not thread-safe. */
  public static final class Builder extends ApiBuilder<Builder> {
    private int queueCapacity = 1000;
    private Duration queueTimeout = Duration.ofSeconds(30);
    private boolean coalescing = true;
    private @Nullable ClientObserver observer;
    private Supplier<Optional<String>> traceparent = Optional::empty;

    private Builder(URI server) {
      super(server);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * Sets the size of the queue of {@link EventPublisher#publishAsync}, and how long requests are
     * retried.
     *
     * @param capacity maximum number of queued events, 1 or more; 1,000 by default
     * @param timeout of one request, with all retries and pauses: 1 ms to 4 min 30 s; 30 s by
     *     default. An event also waits for earlier requests
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
     * Sets whether events that several threads publish at the same time share a request. An event
     * then waits for the requests under way and for the other threads, but for at most 2 ms. A
     * thread that publishes alone does not wait. Events with an {@linkplain NewEvent#idempotencyKey
     * idempotency key} or more than 16 KiB of data always have a request of their own.
     *
     * @param share true by default; false for a request per event
     * @return this
     */
    public Builder coalescing(boolean share) {
      coalescing = share;
      return this;
    }

    /**
     * Sets an observer of the duration and the outcome of each request, such as a {@code
     * MicrometerObserver}.
     *
     * @param clientObserver may also observe an {@link SseClient}
     * @return this
     */
    public Builder observer(ClientObserver clientObserver) {
      observer = new SafeObserver(Objects.requireNonNull(clientObserver, "clientObserver"));
      return this;
    }

    /**
     * Sends a {@code traceparent} (W3C Trace Context) with each event, which links the readers'
     * spans to the publisher's. Each event has its own, also if it shares a request with others. It
     * takes precedence over a header that an instrumented OkHttp client adds to the request.
     *
     * @param current returns the value for the current span, such as {@code
     *     00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01}, or nothing for an event without
     *     a trace; the server ignores a malformed value. Called once for each event, on the thread
     *     that publishes it. An exception ends the call, and this event is not published
     * @return this
     */
    public Builder traceparent(Supplier<Optional<String>> current) {
      traceparent = Objects.requireNonNull(current, "current");
      return this;
    }

    /**
     * {@return the publisher, not connected yet}
     *
     * @throws IllegalStateException if {@code retryFor} is longer than {@code timeout}
     * @throws IllegalArgumentException if the server's base URL has a query
     */
    public EventPublisher build() {
      return new EventPublisher(this);
    }
  }
}
