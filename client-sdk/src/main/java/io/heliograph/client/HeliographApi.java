package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import io.heliograph.client.internal.json.JsonObject;
import io.heliograph.client.internal.publish.ApiCall;
import io.heliograph.client.internal.publish.ApiClient;
import io.heliograph.client.internal.publish.ApiFailure;
import java.net.URI;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What a backend asks of Heliograph, or tells it, beside events: who is online, tickets, sending
 * readers away. Thread-safe. Each call blocks until the server has answered, for at most {@link
 * Builder#timeout}: 3 s by default. Within that time it is made again where it failed for the
 * moment: all of them may be repeated without harm.
 *
 * <p>Every call throws {@link HeliographException} if it does not succeed. With tokens, all but
 * {@link #ticket} need the scope {@code operate}. What is no user id (1 to 256 bytes of UTF-8
 * without {@code /} and control characters), or cannot stand in a path ({@code .}, {@code ..}), is
 * an {@link IllegalArgumentException}.
 */
public final class HeliographApi implements AutoCloseable {
  private static final int MAX_USERS = 1000;
  private static final String NO_CONNECTION = "urn:heliograph:problem:no-such-connection";

  private final ApiClient api;

  /**
   * Whether a user is online.
   *
   * @param user the user's id
   * @param online whether there is a connection at this moment
   * @param connections how many; 0 if there is none
   */
  public record UserPresence(String user, boolean online, int connections) {}

  /**
   * Some of those who are online, by id.
   *
   * @param users in order of their ids; all of them are online
   * @param next what to ask for next, as {@code after}; empty on the last page
   */
  public record PresencePage(List<UserPresence> users, Optional<String> next) {}

  /**
   * One open stream of a user.
   *
   * @param id the server's name for it, for {@link #kick(String, String)}
   * @param since when it was opened
   * @param remote address and port that it comes from
   * @param agent what its reader calls itself, {@code ""} if it does not say
   * @param lag how many events that are kept it has not been sent yet
   */
  public record UserConnection(String id, Instant since, String remote, String agent, long lag) {}

  /**
   * Opens one stream, for a reader that can set no header: {@code /v1/events?ticket=…}. Afterwards
   * it only resumes that stream, until the end of the token that it was made with.
   *
   * @param value for the query parameter {@code ticket}; a secret
   * @param expiresIn within what time the stream must be opened
   */
  public record Ticket(String value, Duration expiresIn) {
    @Override
    public String toString() {
      return "Ticket[expiresIn=" + expiresIn + "]"; // A log is no place for the rest.
    }
  }

  /**
   * An access that was taken back.
   *
   * @param connections how many streams are ended by it, on the node that was asked
   * @param until when the tokens in question have expired, so that it may be forgotten
   */
  public record Revocation(int connections, Instant until) {}

  private HeliographApi(ApiClient api) {
    this.api = api;
  }

  /**
   * {@return a client with all defaults, and without tokens}
   *
   * @param server its base, such as {@code http://localhost:8080}
   * @throws IllegalArgumentException if it is no absolute http or https URL
   */
  public static HeliographApi create(URI server) {
    return builder(server).build();
  }

  /**
   * Begins a client that is set up before it is built.
   *
   * @param server its base, such as {@code http://localhost:8080}
   * @return a builder with all defaults
   * @throws IllegalArgumentException if it is no absolute http or https URL
   */
  public static Builder builder(URI server) {
    return new Builder(server);
  }

  /**
   * Asks whether a user is online.
   *
   * @param user the user's id; one that the server has never heard of is offline
   * @return how it is at this moment
   */
  public UserPresence presence(String user) {
    return call(
        ApiCall.of("GET", path(user)),
        json ->
            new UserPresence(
                json.requiredText("user"),
                json.flag("online"),
                json.objects("connections").size()));
  }

  /**
   * Asks for the open streams of a user.
   *
   * @param user the user's id
   * @return one for each; none if the user is offline
   */
  public List<UserConnection> connections(String user) {
    return call(
        ApiCall.of("GET", path(user)),
        json -> json.objects("connections").stream().map(HeliographApi::connection).toList());
  }

  /**
   * Asks whether these users are online.
   *
   * @param users 1 to 1,000 ids
   * @return one for each, in the order in which they were given
   * @throws IllegalArgumentException if there are none, or more
   */
  public List<UserPresence> presence(Collection<String> users) {
    if (users.isEmpty() || users.size() > MAX_USERS) {
      throw new IllegalArgumentException(users.size() + " users; allowed: 1 to " + MAX_USERS);
    }
    String body =
        users.stream()
            .map(user -> Json.quote(UserIds.require(user)))
            .collect(Collectors.joining(",", "{\"users\":[", "]}"));
    return call(ApiCall.post("v1/presence", body), HeliographApi::users);
  }

  /**
   * Asks who is online, page by page.
   *
   * @param after the id after which to begin; {@code ""} for the first page
   * @param limit how many at most, 1 to 1,000; the server refuses any other
   * @return users by id; none if nobody comes after that id
   */
  public PresencePage online(String after, int limit) {
    String query =
        "?limit=" + limit + (after.isEmpty() ? "" : "&after=" + StreamSpec.encoded(after));
    return call(
        ApiCall.of("GET", "v1/users" + query),
        json -> new PresencePage(users(json), json.text("next")));
  }

  /**
   * Gets a ticket for whoever the token of this client names.
   *
   * @return good for one stream; each call makes another
   */
  public Ticket ticket() {
    return call(
        ApiCall.of("POST", "v1/tickets"),
        json ->
            new Ticket(json.requiredText("ticket"), Duration.ofMillis(json.number("expiresInMs"))));
  }

  /**
   * Closes all streams of a user, and tells their readers not to come back.
   *
   * @param user the user's id
   * @return how many; 0 if the user is offline, and fewer than there were if an earlier try of this
   *     call closed them and its answer was lost
   */
  public int kick(String user) {
    return call(ApiCall.of("DELETE", path(user) + "/connections"), json -> json.integer("closed"));
  }

  /**
   * Closes one stream of a user, and tells its reader not to come back.
   *
   * @param user the user's id
   * @param connection the {@link UserConnection#id} of the stream
   * @return whether it was there; repeated, true until the stream has ended, which takes a moment.
   *     False also if an earlier try of this call ended it and its answer was lost
   * @throws HeliographException for any other 404, such as that of a wrong base
   */
  public boolean kick(String user, String connection) {
    try {
      return call(
          ApiCall.of(
              "DELETE",
              path(user) + "/connections/" + StreamSpec.segment("connection", connection)),
          json -> json.integer("closed") > 0);
    } catch (HeliographException e) {
      if (e.status() == 404 && e.type().equals(NO_CONNECTION)) {
        return false;
      }
      throw e;
    }
  }

  /**
   * Forgets the events that are kept for a user; open streams stay, and so do broadcasts.
   *
   * @param user the user's id; it does no harm if nothing is kept
   */
  public void forget(String user) {
    try {
      api.call(ApiCall.of("DELETE", path(user) + "/events"));
    } catch (ApiFailure e) {
      throw e.as(HeliographException::new);
    }
  }

  /**
   * Ends the access of all tokens that were issued to a user until now, open streams included.
   *
   * @param user the user's id: the claim {@code sub} of the tokens
   * @return what came of it
   */
  public Revocation revokeUser(String user) {
    return revoke("user", user);
  }

  /**
   * Ends the access of one token, open streams included.
   *
   * @param jti the token's claim of that name
   * @return what came of it
   */
  public Revocation revokeToken(String jti) {
    return revoke("jti", jti);
  }

  /**
   * Ends what is under way and frees the connections. Returns at once; may be repeated. Every call
   * after it is an {@link IllegalStateException}.
   */
  @Override
  public void close() {
    api.close();
  }

  private Revocation revoke(String what, String value) {
    return call(
        ApiCall.post(
            "v1/revocations", "{\"" + what + "\":" + Json.quote(Json.encodable(what, value)) + "}"),
        json ->
            new Revocation(json.integer("connections"), Instant.parse(json.requiredText("until"))));
  }

  private static String path(String user) {
    return "v1/users/" + UserIds.segment(user);
  }

  private static List<UserPresence> users(JsonObject json) {
    var users = new ArrayList<UserPresence>();
    for (JsonObject user : json.objects("users")) {
      users.add(
          new UserPresence(
              user.requiredText("user"), user.flag("online"), user.integer("connections")));
    }
    return users;
  }

  private static UserConnection connection(JsonObject json) {
    return new UserConnection(
        json.requiredText("id"),
        Instant.parse(json.requiredText("since")),
        json.text("remote").orElse(""),
        json.text("agent").orElse(""),
        json.number("lag"));
  }

  private <T> T call(ApiCall call, Function<JsonObject, T> read) {
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

  /** Builds a client; each setting has a default. Not thread-safe. */
  public static final class Builder extends ApiBuilder<Builder> {
    private Builder(URI server) {
      super(server);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * {@return the client; nothing is connected yet}
     *
     * @throws IllegalStateException if {@code retryFor} is longer than {@code timeout}
     * @throws IllegalArgumentException if the server's base has a query
     */
    public HeliographApi build() {
      return new HeliographApi(client());
    }
  }
}
