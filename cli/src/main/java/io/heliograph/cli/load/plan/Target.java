package io.heliograph.cli.load.plan;

import io.heliograph.cli.option.Header;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The server under test: where users listen and where events go in.
 *
 * @param subscribeUrl with {@code {user}}
 * @param publishUrl with {@code {user}}
 * @param broadcastUrl null where there is none
 * @param body of a publish, with {@code {envelope}} and maybe {@code {user}}
 * @param heliograph whether it tells by {@code stream.live} when a reader has caught up
 * @param tokens of the users; null for none
 * @param way how requests reach it
 */
public record Target(
    String subscribeUrl,
    String publishUrl,
    @Nullable String broadcastUrl,
    String body,
    List<Header> headers,
    List<Header> publishHeaders,
    boolean heliograph,
    @Nullable TokenSource tokens,
    Way way) {

  /** The data of an event, where nothing else is asked for. */
  public static final String DATA = "{\"_sim\":\"{envelope}\"}";

  /** A Heliograph server with this base. */
  public static Target heliograph(URI server, List<Header> headers) {
    String base = server.toString();
    String root = base.endsWith("/") ? base : base + "/";
    String events = root + "v1/users/{user}/events";
    return new Target(
        events,
        events,
        root + "v1/broadcast",
        "{\"type\":\"sim\",\"data\":" + DATA + "}",
        headers,
        List.of(new Header("Content-Type", "application/json")),
        true,
        null,
        Way.DIRECT);
  }

  /** The same, reached this way, with a token for each user's stream. */
  public Target with(Way newWay, @Nullable TokenSource newTokens) {
    return new Target(
        subscribeUrl,
        publishUrl,
        broadcastUrl,
        body,
        headers,
        publishHeaders,
        heliograph,
        newTokens,
        newWay);
  }

  /** Where users listen, for a report: without a query, which may hold a secret. */
  String shownSubscribe() {
    return withoutQuery(subscribeUrl);
  }

  /** The same of publishes. */
  String shownPublish() {
    return withoutQuery(publishUrl);
  }

  private static String withoutQuery(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query) + "?…";
  }

  /** What a user's request for its stream carries. */
  public List<Header> streamHeaders(String user) {
    return tokens == null ? headers : bearing(headers, tokens.of(user));
  }

  /** What a publish carries. */
  public List<Header> allPublishHeaders() {
    var all = new ArrayList<Header>(headers);
    for (Header own : publishHeaders) {
      all.removeIf(header -> header.name().equalsIgnoreCase(own.name()));
    }
    all.addAll(publishHeaders);
    String token = tokens == null ? null : tokens.publisher();
    return token == null || all.stream().anyMatch(Target::isToken) ? all : bearing(all, token);
  }

  private static List<Header> bearing(List<Header> others, String token) {
    var all = new ArrayList<Header>(others);
    all.removeIf(Target::isToken);
    all.add(new Header("Authorization", "Bearer " + token));
    return all;
  }

  private static boolean isToken(Header header) {
    return header.name().equalsIgnoreCase("Authorization");
  }

  public URI subscribe(String user) {
    return expand(subscribeUrl, user);
  }

  public URI publish(String user) {
    return expand(publishUrl, user);
  }

  public byte[] body(String user, String envelope) {
    return body.replace("{user}", user)
        .replace("{envelope}", envelope)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Whether a stream needs neither TLS nor HTTP/2 nor a proxy. */
  public boolean isPlain() {
    return isPlain(subscribe("any"));
  }

  /** Whether a request needs neither TLS nor HTTP/2 nor a proxy. */
  public boolean isPlain(URI uri) {
    return "http".equalsIgnoreCase(uri.getScheme()) && way.isPlain().test(uri);
  }

  private static URI expand(String template, String user) {
    return URI.create(template.replace("{user}", URLEncoder.encode(user, StandardCharsets.UTF_8)));
  }
}
