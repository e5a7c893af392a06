package io.heliograph.client;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Which stream to follow, and from where. Immutable: each method returns a changed copy. */
public final class StreamSpec {
  private static final StreamSpec ENDPOINT = new StreamSpec("", false, "", List.of(), List.of());

  private final String reference;
  private final boolean belowBase;
  private final String lastEventId;
  private final List<Map.Entry<String, String>> headers;
  private final List<Map.Entry<String, String>> query;

  private StreamSpec(
      String reference,
      boolean belowBase,
      String lastEventId,
      List<Map.Entry<String, String>> headers,
      List<Map.Entry<String, String>> query) {
    this.reference = reference;
    this.belowBase = belowBase;
    this.lastEventId = lastEventId;
    this.headers = headers;
    this.query = query;
  }

  /** The client's endpoint itself is the stream. */
  public static StreamSpec endpoint() {
    return ENDPOINT;
  }

  /**
   * A stream at a URI, absolute or relative to the client's endpoint (RFC 3986, section 5).
   *
   * @param reference such as {@code /sse/alice} or {@code https://example.org/events}
   */
  public static StreamSpec at(String reference) {
    URI.create(reference); // Fails here rather than at the first attempt.
    return new StreamSpec(reference, false, "", List.of(), List.of());
  }

  /**
   * The stream of a user, where the client's endpoint is the base of a Heliograph server: {@code
   * v1/users/{user}/events} below it.
   */
  public static StreamSpec user(String user) {
    return new StreamSpec("v1/users/" + encoded(user) + "/events", true, "", List.of(), List.of());
  }

  /** Resumes after the event with this id, as if this stream had been read up to there. */
  public StreamSpec lastEventId(String id) {
    // A line break would forge headers of the request; the standard forbids NUL in an id.
    if (id.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException("the last event id holds a line break or NUL");
    }
    return new StreamSpec(reference, belowBase, id, headers, query);
  }

  /** Adds a header to each request, beside those of the client. */
  public StreamSpec header(String name, String value) {
    return new StreamSpec(
        reference, belowBase, lastEventId, plus(headers, Map.entry(name, value)), query);
  }

  /** Adds a query parameter, such as {@code types=order.*} or {@code from=oldest}. */
  public StreamSpec query(String name, String value) {
    return new StreamSpec(
        reference, belowBase, lastEventId, headers, plus(query, Map.entry(name, value)));
  }

  /** The id to resume from, {@code ""} for none. */
  public String lastEventId() {
    return lastEventId;
  }

  /** Headers of each request. */
  List<Map.Entry<String, String>> headers() {
    return headers;
  }

  /** Where the stream is, given the client's endpoint. */
  URI resolve(URI endpoint) {
    URI base = belowBase ? asFolder(endpoint) : endpoint;
    URI uri = reference.isEmpty() ? base : base.resolve(reference);
    if (query.isEmpty()) {
      return uri;
    }
    var text = new StringBuilder(uri.toString());
    char glue = uri.getRawQuery() == null ? '?' : '&';
    for (var pair : query) {
      text.append(glue).append(encoded(pair.getKey())).append('=').append(encoded(pair.getValue()));
      glue = '&';
    }
    return URI.create(text.toString());
  }

  @Override
  public String toString() {
    return "StreamSpec[" + (reference.isEmpty() ? "endpoint" : reference) + "]";
  }

  static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /** Without the slash, the last segment of a base such as https://example.org/push gets lost. */
  static URI asFolder(URI base) {
    String text = base.toString();
    return text.endsWith("/") ? base : URI.create(text + "/");
  }

  private static List<Map.Entry<String, String>> plus(
      List<Map.Entry<String, String>> pairs, Map.Entry<String, String> another) {
    var longer = new ArrayList<>(pairs);
    longer.add(another);
    return List.copyOf(longer);
  }
}
