package io.heliograph.client.testkit;

import io.heliograph.client.NewEvent;
import io.heliograph.client.Publication;
import io.heliograph.client.internal.json.Json;
import io.heliograph.client.internal.json.JsonObject;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Replaces a Heliograph server in tests of code that publishes. It records what was published, and
 * fails on request. Tests do not depend on the format of the requests. It listens on a real local
 * socket, accepts what {@link io.heliograph.client.EventPublisher} sends, single events and
 * batches, and publishes events repeated under the same key once. Thread-safe.
 *
 * <pre>{@code
 * try (var heliograph = PublishTestServer.start();
 *     var publisher = EventPublisher.create(heliograph.uri())) {
 *   new Shop(publisher).ship(17);
 *
 *   assertEquals(
 *       List.of(Publication.toUser("alice", NewEvent.json("order.shipped", "{\"order\":17}"))),
 *       heliograph.published());
 * }
 * }</pre>
 */
public final class PublishTestServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Pattern TO_USER = Pattern.compile(".*/v1/users/([^/]+)/events");

  /** Answers one request in place of the usual answer; true if the event is published. */
  private interface Fault {
    boolean answer(Exchange exchange) throws Exception;
  }

  private final SseTestServer server;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  // All guarded by the lock.
  private final List<Publication> published = new ArrayList<>();
  private final Map<String, String> answers = new HashMap<>();
  private final Queue<Fault> faults = new ArrayDeque<>();

  private PublishTestServer() {
    server = SseTestServer.start(this::answer);
  }

  /**
   * Starts a server that accepts everything.
   *
   * @return the listening server
   */
  public static PublishTestServer start() {
    return new PublishTestServer();
  }

  /**
   * {@return the base URL for the publisher} It stays the same when the server goes down and up.
   */
  public URI uri() {
    return server.uri();
  }

  /**
   * {@return what was published so far, in order} The items of a batch are listed one by one. Data
   * is without white space between its tokens; a {@linkplain NewEvent#idempotencyKey key} is there
   * only if the caller set it for a single event.
   */
  public List<Publication> published() {
    lock.lock();
    try {
      return List.copyOf(published);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until this number of events was published, for code that publishes on another thread.
   *
   * @param count zero or more
   * @return what was published so far, in order
   * @throws AssertionError if this does not happen within 10 s
   * @throws InterruptedException if the thread is interrupted while it waits
   */
  public List<Publication> awaitPublished(int count) throws InterruptedException {
    lock.lock();
    try {
      long left = TimeUnit.NANOSECONDS.convert(PATIENCE);
      while (published.size() < count) {
        if (left <= 0) {
          throw new AssertionError(
              "waited " + PATIENCE.toSeconds() + " s for " + count + " events; got " + published);
        }
        left = changed.awaitNanos(left);
      }
      return List.copyOf(published);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Refuses the next request without another planned fault; nothing of it is published. Each call
   * plans one request.
   *
   * @param status such as 403, or 503, after which the publisher retries
   * @param type the stable name of the problem, such as {@code
   *     urn:heliograph:problem:event-too-large}
   * @param detail a sentence for people
   */
  public void refuseNext(int status, String type, String detail) {
    String body = "{\"type\":" + Json.quote(type) + ",\"detail\":" + Json.quote(detail) + "}";
    plan(
        exchange -> {
          exchange.status(status, body, "Content-Type: application/problem+json");
          return false;
        });
  }

  /**
   * Loses the response to the next request without another planned fault: its events are published,
   * and the connection breaks. A publisher retries under the same key, so the events are published
   * once.
   */
  public void loseNextAnswer() {
    plan(
        exchange -> {
          exchange.reset();
          return true;
        });
  }

  /** Never answers the next request without another planned fault; nothing is published. */
  public void hangNext() {
    plan(
        exchange -> {
          exchange.silence();
          return false;
        });
  }

  /**
   * Simulates a crash: breaks all connections, and refuses new ones until {@link #up}. Keeps what
   * was published.
   */
  public void down() {
    server.down();
  }

  /** Accepts connections again, at the same address. */
  public void up() {
    server.up();
  }

  /**
   * Stops the server.
   *
   * @throws AssertionError if it received a request that no Heliograph server would accept
   */
  @Override
  public void close() {
    server.close();
  }

  private void plan(Fault fault) {
    lock.lock();
    try {
      faults.add(fault);
    } finally {
      lock.unlock();
    }
  }

  private void answer(Exchange exchange) throws Exception {
    Fault fault;
    lock.lock();
    try {
      fault = faults.poll();
    } finally {
      lock.unlock();
    }
    if (fault == null) {
      String body = publish(exchange.request());
      exchange.status(exchange.request().target().endsWith("/v1/events") ? 200 : 202, body);
    } else if (fault.answer(exchange)) {
      publish(exchange.request());
    }
  }

  /** The answer; the same one to what comes again. */
  private String publish(Exchange.Request request) {
    String key = request.header("Idempotency-Key").orElse("");
    lock.lock();
    try {
      String known = answers.get(request.target() + " " + key);
      if (known != null && !key.isEmpty()) {
        return known;
      }
      String answer =
          request.target().endsWith("/v1/events") ? batch(request) : single(request, key);
      answers.put(request.target() + " " + key, answer);
      changed.signalAll();
      return answer;
    } finally {
      lock.unlock();
    }
  }

  private String single(Exchange.Request request, String key) {
    NewEvent event = event(JsonObject.of(request.body()), key);
    Matcher toUser = TO_USER.matcher(request.target());
    if (toUser.matches()) {
      String user = URLDecoder.decode(toUser.group(1).replace("+", "%2B"), StandardCharsets.UTF_8);
      published.add(Publication.toUser(user, event));
    } else if (request.target().endsWith("/v1/broadcast")) {
      published.add(Publication.toAll(event));
    } else {
      throw new IllegalStateException(
          request.method() + " " + request.target() + " is not a publish request");
    }
    return accepted(event);
  }

  private String batch(Exchange.Request request) {
    String key = request.header("Idempotency-Key").orElse("");
    List<String> lines = request.body().lines().toList();
    var results = new StringBuilder();
    for (String line : lines) {
      JsonObject json = JsonObject.of(line);
      NewEvent event = event(json, lines.size() == 1 ? key : "");
      List<String> users = json.texts("users");
      published.add(new Publication(users, event));
      if (users.size() < 2) {
        results.append("{\"status\":202,").append(accepted(event).substring(1));
      } else {
        results.append("{\"status\":202,\"users\":{");
        for (String user : users) {
          results.append(user.equals(users.get(0)) ? "" : ",").append(Json.quote(user));
          results.append(':').append(accepted(event));
        }
        results.append("}}");
      }
      results.append('\n');
    }
    return results.toString();
  }

  /** A key that the publisher has made itself is a UUID, and no business of the test's. */
  private static NewEvent event(JsonObject json, String key) {
    NewEvent event = NewEvent.json(json.text("type").orElse("message"), json.json("data"));
    String ttl = json.text("ttl").orElse("");
    if (!ttl.isEmpty()) {
      event = event.ttl(Duration.ofMillis(Long.parseLong(ttl.replace("ms", ""))));
    }
    if (json.has("ephemeral") && json.flag("ephemeral")) {
      event = event.asEphemeral();
    }
    boolean own = !key.isEmpty() && !key.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    return own ? event.idempotencyKey(key) : event;
  }

  private String accepted(NewEvent event) {
    String id = event.ephemeral() ? "null" : "\"test-" + published.size() + "\"";
    return "{\"id\":" + id + ",\"connections\":1}";
  }
}
