package io.heliograph.client;

import io.heliograph.client.internal.Json;
import io.heliograph.client.internal.OneShotBody;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Publishes events to Heliograph. Thread-safe. Each call blocks until the server has answered, at
 * most 30 s, and sends its request once: whether to publish again after a failure, at the risk of
 * doubling the event, is the caller's to decide.
 */
public final class EventPublisher implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final long MAX_ANSWER_BYTES = 64 * 1024;

  private final URI server;
  private final @Nullable TokenProvider tokens;
  private final List<Map.Entry<String, String>> headers;
  private final OkHttpClient client;

  private EventPublisher(Builder builder) {
    server = StreamSpec.asFolder(builder.server);
    tokens = builder.tokens;
    headers = List.copyOf(builder.headers);
    client =
        new OkHttpClient.Builder()
            .callTimeout(LIMIT)
            .readTimeout(LIMIT)
            // A redirect would turn the POST into a GET, or hand the token to somebody else.
            .followRedirects(false)
            .build();
  }

  /** A publisher for the server with this base, such as {@code http://localhost:8080}. */
  public static EventPublisher create(URI server) {
    return builder(server).build();
  }

  /** The same, to be set up. */
  public static Builder builder(URI server) {
    return new Builder(server);
  }

  /**
   * Publishes to one user.
   *
   * @throws PublishException if it is unknown what became of the event; see there
   */
  public PublishResult publish(String user, NewEvent event) {
    return post("v1/users/" + StreamSpec.encoded(user) + "/events", event);
  }

  /**
   * Publishes to everybody, connected now or coming back later.
   *
   * @throws PublishException if it is unknown what became of the event; see there
   */
  public PublishResult broadcast(NewEvent event) {
    return post("v1/broadcast", event);
  }

  /** Frees the connections. Returns at once; may be repeated. */
  @Override
  public void close() {
    client.connectionPool().evictAll();
  }

  private PublishResult post(String path, NewEvent event) {
    HttpUrl url = HttpUrl.get(server.resolve(path).toString());
    String json = "{\"type\":" + Json.quote(event.type()) + ",\"data\":" + event.dataJson() + "}";
    var request = new Request.Builder().url(url).post(OneShotBody.json(json));
    headers.forEach(header -> request.header(header.getKey(), header.getValue()));
    boolean renewed = false;
    while (true) {
      if (tokens != null) {
        request.header("Authorization", "Bearer " + token(url, tokens, renewed));
      }
      try (Response response = client.newCall(request.build()).execute()) {
        if (response.code() == 401 && tokens != null && !renewed) {
          renewed = true; // A 401 means that nothing was published: asking again is safe.
          continue;
        }
        return result(url, response);
      } catch (IOException e) {
        throw new PublishException(
            "POST " + url + " failed: " + e.getMessage() + ". " + whatNow(e), e);
      }
    }
  }

  private static String token(HttpUrl url, TokenProvider tokens, boolean renew) {
    try {
      return tokens.token(renew);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new PublishException("POST " + url + " not sent: interrupted", e);
    } catch (Exception e) {
      throw new PublishException("POST " + url + " not sent: the token provider failed: " + e, e);
    }
  }

  private static String whatNow(IOException e) {
    return e instanceof java.net.ConnectException || e instanceof java.net.UnknownHostException
        ? "The event was not sent. Is the server running there?"
        : "The server may have kept the event or not.";
  }

  private static PublishResult result(HttpUrl url, Response response) throws IOException {
    int code = response.code();
    String body = response.peekBody(MAX_ANSWER_BYTES).string();
    Map<String, String> fields = Json.fields(body);
    if (code == 202) {
      try {
        return new PublishResult.Accepted(
            fields.getOrDefault("id", ""),
            Integer.parseInt(fields.getOrDefault("connections", "0")));
      } catch (NumberFormatException e) {
        throw new PublishException("POST " + url + ": the answer is none of Heliograph's", e);
      }
    }
    if (code < 400) {
      throw new PublishException(
          "POST " + url + " was answered " + code + ", not 202: is this a Heliograph server?");
    }
    return new PublishResult.Refused(
        code,
        fields.getOrDefault("type", "about:blank"),
        fields.getOrDefault("detail", fields.getOrDefault("title", body.strip())));
  }

  /** Builds a publisher; each setting has a default. Not thread-safe. */
  public static final class Builder {
    private final URI server;
    private final List<Map.Entry<String, String>> headers = new ArrayList<>();
    private @Nullable TokenProvider tokens;

    private Builder(URI server) {
      this.server = SseClient.requireHttp(server);
    }

    /**
     * Sends {@code Authorization: Bearer …} with a token asked for before each request, on the
     * thread that publishes.
     */
    public Builder tokens(TokenProvider provider) {
      tokens = Objects.requireNonNull(provider, "provider");
      return this;
    }

    /** Adds a header to each request. */
    public Builder header(String name, String value) {
      headers.add(Map.entry(name, value));
      return this;
    }

    /** The publisher; nothing is connected yet. */
    public EventPublisher build() {
      return new EventPublisher(this);
    }
  }
}
