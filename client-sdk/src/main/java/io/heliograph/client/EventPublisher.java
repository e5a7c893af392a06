package io.heliograph.client;

import io.heliograph.client.internal.ApiCall;
import io.heliograph.client.internal.ApiClient;
import io.heliograph.client.internal.ApiFailure;
import io.heliograph.client.internal.Json;
import io.heliograph.client.internal.JsonObject;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Publishes events to Heliograph. Thread-safe; made once and used by all threads, virtual ones too.
 * Each call blocks until the server has accepted the event, for at most {@link Builder#timeout}: 3
 * s by default.
 *
 * <p>Within that time a call is made again if the connection fails or the server says that it
 * cannot just now (408, 425, 429, 502, 503, 504; {@code Retry-After} is obeyed): with growing
 * pauses, and under the same {@code Idempotency-Key}, by which the server knows the event again and
 * publishes it once. A server keeps the keys in its memory, for 5 minutes: a try that comes after
 * its restart, or to another node, may publish the event a second time. What the server refuses is
 * a {@link PublishException} at once.
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

  private EventPublisher(ApiClient api) {
    this.api = api;
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
      results =
          Stream.of(answer.body().split("\r?\n")).map(line -> result(JsonObject.of(line))).toList();
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
  public static final class Builder extends ApiBuilder<Builder> {
    private Builder(URI server) {
      super(server);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * {@return the publisher; nothing is connected yet}
     *
     * @throws IllegalStateException if {@code retryFor} is longer than {@code timeout}
     * @throws IllegalArgumentException if the server's base has a query
     */
    public EventPublisher build() {
      return new EventPublisher(client());
    }
  }
}
