package io.heliograph.client;

import io.heliograph.client.internal.ApiCall;
import io.heliograph.client.internal.ApiClient;
import io.heliograph.client.internal.ApiFailure;
import io.heliograph.client.internal.Json;
import io.heliograph.client.internal.JsonObject;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events to Heliograph. Thread-safe; made once and used by all threads, virtual ones too.
 * Each call blocks until the server has accepted the event.
 *
 * <p>A call is made again, for at most {@link Builder#retryFor}, if the connection fails or the
 * server says that it cannot just now (408, 425, 429, 502, 503, 504; {@code Retry-After} is
 * obeyed): with growing pauses, and under the same {@code Idempotency-Key}, by which the server
 * knows the event again and publishes it once. A server keeps the keys in its memory, for 5
 * minutes: a try that comes after its restart, or to another node, may publish the event a second
 * time. What the server refuses is a {@link PublishException} at once.
 *
 * <p>An interrupt of the calling thread ends the call with a {@link PublishException}, and the flag
 * stays set: at once between two tries and on a virtual thread; on a platform thread when the try
 * under way has ended, unless that one succeeds.
 */
public final class EventPublisher implements AutoCloseable {
  // Of one request of a batch. Small enough to be taken in whole and to be sent again.
  private static final int BATCH_ITEMS = 500;
  private static final int BATCH_CHARS = 1 << 20;
  private static final int MAX_USERS = 1000;

  private final ApiClient api;

  private EventPublisher(Builder builder) {
    api =
        new ApiClient(
            StreamSpec.asFolder(builder.server),
            builder.tokens,
            builder.headers,
            builder.timeout,
            builder.retryFor,
            builder.okHttp);
  }

  /**
   * {@return a publisher with all defaults, and without tokens}
   *
   * @param server its base, such as {@code http://localhost:8080}
   * @throws IllegalArgumentException if it is no absolute http or https URL
   */
  public static EventPublisher create(URI server) {
    return builder(server).build();
  }

  /**
   * Begins a publisher that is set up before it is built.
   *
   * @param server its base, such as {@code http://localhost:8080}
   * @return a builder with all defaults
   * @throws IllegalArgumentException if it is no absolute http or https URL
   */
  public static Builder builder(URI server) {
    return new Builder(server);
  }

  /**
   * Publishes to one user, who may be offline: the event is kept, unless it is ephemeral.
   *
   * @param user the user's id; not {@code ""}, {@code .} or {@code ..}, which no path can hold
   * @param event what the user gets
   * @return the event's id, and how many connections were woken
   * @throws PublishException if the event was not accepted
   */
  public PublishResult.Accepted publish(String user, NewEvent event) {
    return one("v1/users/" + StreamSpec.segment("user id", user) + "/events", event);
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
    var batch = new ArrayList<Publication>();
    var lines = new StringBuilder();
    while (items.hasNext()) {
      Publication item = items.next();
      String line = line(item);
      if (!batch.isEmpty()
          && (batch.size() == BATCH_ITEMS || lines.length() + line.length() > BATCH_CHARS)) {
        send(batch, lines.toString(), results);
        batch.clear();
        lines.setLength(0);
      }
      batch.add(item);
      lines.append(line);
    }
    if (!batch.isEmpty()) {
      send(batch, lines.toString(), results);
    }
  }

  /**
   * Ends what is under way and frees the connections. Returns at once; may be repeated. Every call
   * after it is an {@link IllegalStateException}.
   */
  @Override
  public void close() {
    api.close();
  }

  private PublishResult.Accepted one(String path, NewEvent event) {
    ApiClient.Answer answer = call(path, "application/json", "{" + event.members() + "}");
    try {
      return accepted(JsonObject.of(answer.body()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw foreign("POST " + path, answer.status(), e);
    }
  }

  private void send(
      List<Publication> batch, String lines, BiConsumer<Publication, PublishResult> told) {
    ApiClient.Answer answer = call("v1/events", "application/x-ndjson", lines);
    List<PublishResult> results;
    try {
      results = answer.body().lines().map(line -> result(JsonObject.of(line))).toList();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw foreign("POST v1/events", answer.status(), e);
    }
    if (results.size() != batch.size()) {
      throw foreign(
          "POST v1/events",
          answer.status(),
          new IllegalArgumentException(results.size() + " results for " + batch.size() + " items"));
    }
    for (int i = 0; i < batch.size(); i++) {
      told.accept(batch.get(i), results.get(i));
    }
  }

  private ApiClient.Answer call(String path, String contentType, String body) {
    String key = UUID.randomUUID().toString();
    try {
      return api.call(new ApiCall("POST", path, contentType, body, key));
    } catch (ApiFailure e) {
      throw e.as(PublishException::new);
    }
  }

  private static String line(Publication item) {
    String readers =
        item.users().isEmpty()
            ? "\"broadcast\":true"
            : item.users().stream()
                .map(Json::quote)
                .collect(Collectors.joining(",", "\"users\":[", "]"));
    // A line break between the tokens of the data would end the line; within strings there is none.
    return "{"
        + readers
        + ","
        + item.event().members().replace('\n', ' ').replace('\r', ' ')
        + "}\n";
  }

  private static PublishResult result(JsonObject json) {
    int status = json.integer("status");
    if (status != 202) {
      return new PublishResult.Refused(
          status, json.text("type").orElse("about:blank"), json.text("detail").orElse(""));
    }
    if (!json.has("users")) {
      return accepted(json);
    }
    JsonObject users = json.object("users");
    var accepted = new LinkedHashMap<String, PublishResult.Accepted>();
    users.names().forEach(user -> accepted.put(user, accepted(users.object(user))));
    return new PublishResult.AcceptedForUsers(accepted);
  }

  private static PublishResult.Accepted accepted(JsonObject json) {
    return new PublishResult.Accepted(json.text("id").orElse(""), json.integer("connections"));
  }

  private static PublishException foreign(String what, int status, RuntimeException cause) {
    return new PublishException(
        what + ": the answer " + status + " is none of Heliograph's: is this its base?",
        status,
        "",
        String.valueOf(cause.getMessage()),
        true,
        cause);
  }

  /** Builds a publisher; each setting has a default. Not thread-safe. */
  public static final class Builder {
    // The server knows a key for 5 minutes; a try that reaches it later would publish again.
    private static final Duration LONGEST_RETRY = Duration.ofMinutes(4);
    private static final Duration LONGEST = Duration.ofSeconds(270);

    private final URI server;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private @Nullable TokenProvider tokens;
    private Duration timeout = Duration.ofSeconds(10);
    private Duration retryFor = Duration.ofSeconds(30);
    private UnaryOperator<OkHttpClient.Builder> okHttp = UnaryOperator.identity();

    private Builder(URI server) {
      this.server = SseClient.requireHttp(server);
    }

    /**
     * Sends {@code Authorization: Bearer …} with a token asked for before each request, on the
     * thread that publishes; once more, renewed, after a 401. A provider that hangs holds the call
     * up: nothing but an interrupt of the thread ends it.
     *
     * @param provider asked by several threads at once, if they publish at once
     * @return this
     */
    public Builder tokens(TokenProvider provider) {
      tokens = Objects.requireNonNull(provider, "provider");
      return this;
    }

    /**
     * Adds a header to each request.
     *
     * @param name its case does not count; a header of that name from before gives way
     * @param value printable ASCII; else each call is an {@link IllegalArgumentException}
     * @return this
     */
    public Builder header(String name, String value) {
      headers.add(Map.entry(name, value));
      return this;
    }

    /**
     * How long one try may take, from its connection to its answer. Together with {@link #retryFor}
     * at most 4 min 30 s, unless that is zero.
     *
     * @param limit 1 ms and more; 10 s by default
     * @return this
     * @throws IllegalArgumentException if it is below a millisecond
     */
    public Builder timeout(Duration limit) {
      timeout = SseClient.positive("timeout", limit);
      return this;
    }

    /**
     * How long to go on trying, from the beginning of the call: no try but the first begins later,
     * however long the token takes.
     *
     * @param limit 30 s by default, at most 4 min, for the server knows an {@code Idempotency-Key}
     *     for 5 min; zero to try once
     * @return this
     * @throws IllegalArgumentException if it is out of that range
     */
    public Builder retryFor(Duration limit) {
      if (limit.isNegative() || limit.compareTo(LONGEST_RETRY) > 0) {
        throw new IllegalArgumentException("retryFor is " + limit + "; allowed: 0 to 4 min");
      }
      retryFor = limit;
      return this;
    }

    /**
     * The way out of this library's settings: a proxy, certificates, another pool. Redirects stay
     * unfollowed, and the dispatcher and the timeouts this library's. A client of yours may be the
     * start ({@code ignored -> mine.newBuilder()}): its calls and its pool are left alone.
     *
     * @param customizer gets a new builder, and returns that or another; called once, by {@link
     *     #build}
     * @return this
     */
    public Builder okHttp(UnaryOperator<OkHttpClient.Builder> customizer) {
      okHttp = Objects.requireNonNull(customizer, "customizer");
      return this;
    }

    /**
     * {@return the publisher; nothing is connected yet}
     *
     * @throws IllegalStateException if the last try could end after the server forgot the first
     * @throws IllegalArgumentException if the server's base has a query
     */
    public EventPublisher build() {
      if (!retryFor.isZero() && timeout.compareTo(LONGEST.minus(retryFor)) > 0) {
        throw new IllegalStateException(
            "timeout is "
                + timeout
                + " and retryFor "
                + retryFor
                + "; allowed together: 4 min 30 s, for the server remembers 5 min what it has"
                + " published");
      }
      return new EventPublisher(this);
    }
  }
}
