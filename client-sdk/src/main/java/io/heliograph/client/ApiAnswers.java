package io.heliograph.client;

import io.heliograph.client.HeliographApi.UserConnection;
import io.heliograph.client.HeliographApi.UserPresence;
import io.heliograph.client.internal.json.JsonObject;
import io.heliograph.client.internal.publish.ApiCall;
import io.heliograph.client.internal.publish.ApiClient;
import io.heliograph.client.internal.publish.ApiFailure;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/** Reads the answers of the HTTP API. */
final class ApiAnswers {
  private ApiAnswers() {}

  /**
   * Calls, and reads the answer.
   *
   * @throws HeliographException if the call fails, or its answer cannot be read
   */
  static <T> T call(ApiClient api, ApiCall call, Function<JsonObject, T> read) {
    ApiClient.Answer answer;
    try {
      answer = api.call(call);
    } catch (ApiFailure e) {
      throw e.as(HeliographException::new);
    }
    try {
      return read.apply(JsonObject.of(answer.body()));
    } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
      throw new HeliographException(
          call.method()
              + " "
              + call.path()
              + ": the response "
              + answer.status()
              + " is not from Heliograph; check the base URL",
          answer.status(),
          "",
          String.valueOf(e.getMessage()),
          true,
          e);
    }
  }

  static List<UserPresence> users(JsonObject json) {
    var users = new ArrayList<UserPresence>();
    for (JsonObject user : json.objects("users")) {
      users.add(
          new UserPresence(
              user.requiredText("user"), user.flag("online"), user.integer("connections")));
    }
    return users;
  }

  static UserConnection connection(JsonObject json) {
    return new UserConnection(
        json.requiredText("id"),
        Instant.parse(json.requiredText("since")),
        json.text("remote").orElse(""),
        json.text("agent").orElse(""),
        json.number("lag"));
  }

  static HistoryPage page(JsonObject json) {
    return new HistoryPage(
        json.objects("events").stream().map(ApiAnswers::event).toList(),
        json.requiredText("cursor"),
        json.flag("more"),
        json.has("gap") ? Optional.of(gap(json.object("gap"))) : Optional.empty());
  }

  private static KeptEvent event(JsonObject json) {
    return new KeptEvent(
        new Event(json.requiredText("type"), json.requiredText("data"), json.requiredText("id")),
        Instant.ofEpochMilli(json.number("time")));
  }

  private static Signal.Gap gap(JsonObject json) {
    return new Signal.Gap(
        json.requiredText("log"),
        json.requiredText("reason"),
        json.has("lost") ? OptionalLong.of(json.number("lost")) : OptionalLong.empty());
  }
}
