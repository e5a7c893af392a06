package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import io.heliograph.client.internal.json.JsonObject;
import io.heliograph.client.internal.publish.ApiCall;
import io.heliograph.client.internal.publish.ApiClient;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One request to {@code v1/events}: up to 500 items, or a single one that has a key of its own, as
 * the server knows a key for a whole request only. Small enough to be taken in whole and to be sent
 * again.
 */
final class Batch {
  private static final int MAX_ITEMS = 500;
  private static final int MAX_CHARS = 1 << 20;
  private static final int MAX_EVENTS = 100_000; // What the server takes: an event a user.

  private final List<Publication> items = new ArrayList<>();
  private final StringBuilder lines = new StringBuilder();
  private @Nullable String key;
  private @Nullable String sentUnder;
  private int events;

  /** Whether it had room; an empty one always has. */
  boolean add(Publication item, @Nullable String trace) {
    return addLine(item, line(item, trace));
  }

  /** The same for an item whose {@link #line} is there already. */
  boolean addLine(Publication item, String line) {
    String own = item.event().idempotencyKey().orElse(null);
    boolean full =
        key != null
            || own != null
            || items.size() == MAX_ITEMS
            || lines.length() + line.length() > MAX_CHARS
            || events + item.users().size() > MAX_EVENTS;
    if (full && !items.isEmpty()) {
      return false;
    }
    key = own;
    events += item.users().size();
    items.add(item);
    lines.append(line);
    return true;
  }

  List<Publication> items() {
    return items;
  }

  /** The same each time, under the same key: what the server has published it does not repeat. */
  ApiCall call() {
    String under = sentUnder == null ? key(key) : sentUnder;
    sentUnder = under;
    return new ApiCall("POST", "v1/events", "application/x-ndjson", lines.toString(), under);
  }

  /** That of the caller, or a new one. */
  static String key(@Nullable String own) {
    return own == null ? UUID.randomUUID().toString() : own;
  }

  /**
   * What became of each item.
   *
   * @throws PublishException if the answer is no Heliograph's
   */
  List<PublishResult> results(ApiClient.Answer answer) {
    List<PublishResult> results;
    try {
      results =
          Stream.of(answer.body().split("\r?\n")).map(line -> result(JsonObject.of(line))).toList();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw foreign("POST v1/events", answer.status(), e);
    }
    results = withThoseNotRead(results);
    if (results.size() != items.size()) {
      throw foreign(
          "POST v1/events",
          answer.status(),
          new IllegalArgumentException(results.size() + " results for " + items.size() + " items"));
    }
    return results;
  }

  /**
   * A server that stops reading, because a token was revoked meanwhile or a limit was reached, says
   * so in its last result, and publishes nothing after it.
   */
  private List<PublishResult> withThoseNotRead(List<PublishResult> results) {
    int told = results.size();
    if (told < items.size() && results.get(told - 1) instanceof PublishResult.Refused theLast) {
      var all = new ArrayList<>(results);
      all.addAll(Collections.nCopies(items.size() - told, theLast));
      return all;
    }
    return results;
  }

  /** An item as the server reads it: one line, with its end. */
  static String line(Publication item, @Nullable String trace) {
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
        + item.event().members(trace).replace('\n', ' ').replace('\r', ' ')
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

  static PublishResult.Accepted accepted(JsonObject json) {
    return new PublishResult.Accepted(json.text("id").orElse(""), json.integer("connections"));
  }

  static PublishException refusal(PublishResult.Refused refused) {
    boolean unknown = isUnknown(refused);
    return new PublishException(
        (unknown ? "it is not known whether the event was stored (" : "the event was refused (")
            + refused.status()
            + "): "
            + refused.detail(),
        refused.status(),
        refused.type(),
        refused.detail(),
        unknown,
        null);
  }

  /** Whether the server does not know itself whether it kept the event. */
  static boolean isUnknown(PublishResult result) {
    return result instanceof PublishResult.Refused refused
        && refused.type().equals(ApiClient.LOG_UNAVAILABLE);
  }

  static PublishException foreign(String what, int status, RuntimeException cause) {
    return new PublishException(
        what + ": the response " + status + " is not from Heliograph; check the base URL",
        status,
        "",
        String.valueOf(cause.getMessage()),
        true,
        cause);
  }
}
