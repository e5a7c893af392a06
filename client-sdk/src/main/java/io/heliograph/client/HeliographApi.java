package io.heliograph.client;

import io.heliograph.client.internal.json.Json;
import io.heliograph.client.internal.json.JsonObject;
import io.heliograph.client.internal.publish.ApiCall;
import io.heliograph.client.internal.publish.ApiClient;
import io.heliograph.client.internal.publish.ApiFailure;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Calls Heliograph's HTTP API for everything except publishing: cursors, kept events, presence,
 * tickets, kicks and revocations. Thread-safe. Each call blocks until the server has responded, for
 * at most {@link Builder#timeout} (default: 3 s). Within that time, temporary failures are retried;
 * all calls are safe to repeat.
 *
 * <p>Every call throws {@link HeliographException} if it does not succeed. With tokens, {@link
 * #ticket}, {@link #cursor()} and {@link HistorySpec#own} are for the token's user, with the scope
 * {@code subscribe}, as are {@link #cursor(String)} and {@link HistorySpec#user} with the user's
 * own id. All other calls require the scope {@code operate}. A user id must be 1 to 256 bytes of
 * UTF-8 without {@code /} and control characters, and not {@code .} or {@code ..}; otherwise the
 * call throws {@link IllegalArgumentException}.
 */
public final class HeliographApi implements AutoCloseable {
  private static final int MAX_USERS = 1000;
  private static final String NO_CONNECTION = "urn:heliograph:problem:no-such-connection";

  private final ApiClient api;

  /**
   * Whether a user is online.
   *
   * @param user the user's id
   * @param online whether the user has an open connection now
   * @param connections number of open connections
   */
  public record UserPresence(String user, boolean online, int connections) {}

  /**
   * One page of the users who are online.
   *
   * @param users ordered by id
   * @param next value of {@code after} for the next page; empty on the last page
   */
  public record PresencePage(List<UserPresence> users, Optional<String> next) {}

  /**
   * One open stream of a user.
   *
   * @param id the id of the connection, for {@link #kick(String, String)}
   * @param since time at which it was opened
   * @param remote address and port of the reader
   * @param agent the reader's {@code User-Agent}, {@code ""} without one
   * @param lag number of kept events that it has not received yet
   */
  public record UserConnection(String id, Instant since, String remote, String agent, long lag) {}

  /**
   * Opens one stream for a reader that cannot set headers: {@code /v1/events?ticket=…}. After that
   * it can only resume this stream, until the token that it was created with expires.
   *
   * @param value of the query parameter {@code ticket}; a secret
   * @param expiresIn time within which the stream must be opened
   */
  public record Ticket(String value, Duration expiresIn) {
    @Override
    public String toString() {
      return "Ticket[expiresIn=" + expiresIn + "]"; // A log is no place for the rest.
    }
  }

  /**
   * A revocation of tokens.
   *
   * @param connections number of streams that it ends on the called node
   * @param until time until which the server keeps the revocation
   */
  public record Revocation(int connections, Instant until) {}

  private HeliographApi(ApiClient api) {
    this.api = api;
  }

  /**
   * {@return a client with default settings and without tokens}
   *
   * @param server its base URL, such as {@code http://localhost:8080}
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  public static HeliographApi create(URI server) {
    return builder(server).build();
  }

  /**
   * Starts building a client.
   *
   * @param server its base URL, such as {@code http://localhost:8080}
   * @return a builder with default settings
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  public static Builder builder(URI server) {
    return new Builder(server);
  }

  /**
   * Returns a user's current cursor. A stream that resumes here ({@link StreamSpec#lastEventId})
   * receives everything that is published after this call: take the cursor, load the state, then
   * follow its changes. Opens no stream.
   *
   * @param user the user's id; a user without events has a cursor, too
   * @return the position after all events that the server has accepted until now
   */
  public String cursor(String user) {
    return call(ApiCall.of("GET", path(user) + "/cursor"), json -> json.requiredText("cursor"));
  }

  /**
   * Returns the current cursor of the user of this client's token, as {@link #cursor(String)}.
   *
   * @return the position after all events that the server has accepted until now
   */
  public String cursor() {
    return call(ApiCall.of("GET", "v1/cursor"), json -> json.requiredText("cursor"));
  }

  /**
   * Reads one page of the events that the server keeps, without a stream and without waiting for
   * more. If {@link HistoryPage#more}, the next page is that of {@code spec.after(page.cursor())}.
   * Events of one page are in the order of their time.
   *
   * @param spec whose events, from where, and how many
   * @return the page; at most 1,000 events
   */
  public HistoryPage history(HistorySpec spec) {
    return call(spec.call(), ApiAnswers::page);
  }

  /**
   * Queries whether a user is online.
   *
   * @param user the user's id; an unknown user is offline
   * @return the current state
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
   * Lists the open streams of a user.
   *
   * @param user the user's id
   * @return the streams; empty if the user is offline
   */
  public List<UserConnection> connections(String user) {
    return call(
        ApiCall.of("GET", path(user)),
        json -> json.objects("connections").stream().map(ApiAnswers::connection).toList());
  }

  /**
   * Queries whether each of these users is online.
   *
   * @param users 1 to 1,000 ids
   * @return one result per user, in the given order
   * @throws IllegalArgumentException if there are none, or more than 1,000
   */
  public List<UserPresence> presence(Collection<String> users) {
    if (users.isEmpty() || users.size() > MAX_USERS) {
      throw new IllegalArgumentException(users.size() + " users; allowed: 1 to " + MAX_USERS);
    }
    String body =
        users.stream()
            .map(user -> Json.quote(UserIds.require(user)))
            .collect(Collectors.joining(",", "{\"users\":[", "]}"));
    return call(ApiCall.post("v1/presence", body), ApiAnswers::users);
  }

  /**
   * Lists the users who are online, page by page.
   *
   * @param after the id after which the page starts; {@code ""} for the first page
   * @param limit maximum number of users, 1 to 1,000
   * @return users ordered by id; empty if there are no more
   */
  public PresencePage online(String after, int limit) {
    String query =
        "?limit=" + limit + (after.isEmpty() ? "" : "&after=" + StreamSpec.encoded(after));
    return call(
        ApiCall.of("GET", "v1/users" + query),
        json -> new PresencePage(ApiAnswers.users(json), json.text("next")));
  }

  /**
   * Creates a ticket for the user of this client's token.
   *
   * @return a ticket for one stream; each call creates another
   */
  public Ticket ticket() {
    return call(
        ApiCall.of("POST", "v1/tickets"),
        json ->
            new Ticket(json.requiredText("ticket"), Duration.ofMillis(json.number("expiresInMs"))));
  }

  /**
   * Closes all streams of a user, and tells their readers not to reconnect.
   *
   * @param user the user's id
   * @return number of closed streams; 0 if the user is offline. If the response to an earlier try
   *     of this call was lost, streams that it closed are not counted
   */
  public int kick(String user) {
    return call(ApiCall.of("DELETE", path(user) + "/connections"), json -> json.integer("closed"));
  }

  /**
   * Closes one stream of a user, and tells its reader not to reconnect.
   *
   * @param user the user's id
   * @param connection the {@link UserConnection#id} of the stream
   * @return whether the stream existed. A repeated call returns true until the stream has ended,
   *     which takes a moment. Also false if an earlier try of this call closed the stream and its
   *     response was lost
   * @throws HeliographException for any other 404, such as that of a wrong base URL
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
   * Deletes the kept events of a user. Open streams stay open, and broadcasts are kept.
   *
   * @param user the user's id; no effect if no events are kept
   */
  public void forget(String user) {
    try {
      api.call(ApiCall.of("DELETE", path(user) + "/events"));
    } catch (ApiFailure e) {
      throw e.as(HeliographException::new);
    }
  }

  /**
   * Revokes all tokens that were issued to a user until now, and ends their open streams.
   *
   * @param user the user's id: the claim {@code sub} of the tokens
   * @return the result
   */
  public Revocation revokeUser(String user) {
    return revoke("user", user);
  }

  /**
   * Revokes one token and ends its open streams.
   *
   * @param jti the token's claim {@code jti}
   * @return the result
   */
  public Revocation revokeToken(String jti) {
    return revoke("jti", jti);
  }

  /**
   * Ends running calls and releases the connections. Does not block; may be called repeatedly.
   * Later calls throw {@link IllegalStateException}.
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

  private <T> T call(ApiCall call, Function<JsonObject, T> read) {
    return ApiAnswers.call(api, call, read);
  }

  /** Builds a client. Each setting has a default. Not thread-safe. */
  public static final class Builder extends ApiBuilder<Builder> {
    private Builder(URI server) {
      super(server);
    }

    @Override
    Builder self() {
      return this;
    }

    /**
     * {@return the client, not connected yet}
     *
     * @throws IllegalStateException if {@code retryFor} is longer than {@code timeout}
     * @throws IllegalArgumentException if the server's base URL has a query
     */
    public HeliographApi build() {
      return new HeliographApi(client());
    }
  }
}
