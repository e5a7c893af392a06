package io.heliograph.client;

import io.heliograph.client.internal.http.HeaderLines;
import io.heliograph.client.internal.http.Urls;
import io.heliograph.client.internal.json.Json;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import org.jspecify.annotations.Nullable;

/** The stream to follow, and where to start. Immutable: each method returns a changed copy. */
public final class StreamSpec {
  /** What is sent where the stream is opened by a POST. */
  record Body(String contentType, String text) {}

  // Below it there is nothing, so each call would be answered 404.
  private static final Pattern STREAM_PATH =
      Pattern.compile("/(sse/[^/]+|v1/users/[^/]+/events|v1/(presence/)?events|v1/tail)/?$");

  private static final StreamSpec ENDPOINT = new StreamSpec("", false);

  private final String reference;
  private final boolean belowBase;
  private String lastEventId = "";
  private String name = "";
  private HeaderLines headers = HeaderLines.NONE;
  private List<Map.Entry<String, String>> query = List.of();
  private @Nullable Body body;
  private boolean idempotent;
  private @Nullable Predicate<Event> until;

  private StreamSpec(String reference, boolean belowBase) {
    this.reference = reference;
    this.belowBase = belowBase;
  }

  /** A copy that one of the methods below may still change. */
  private StreamSpec copy() {
    var copy = new StreamSpec(reference, belowBase);
    copy.lastEventId = lastEventId;
    copy.name = name;
    copy.headers = headers;
    copy.query = query;
    copy.body = body;
    copy.idempotent = idempotent;
    copy.until = until;
    return copy;
  }

  /** {@return the stream at the client's endpoint itself} */
  public static StreamSpec endpoint() {
    return ENDPOINT;
  }

  /**
   * {@return the stream at a URI, absolute or relative to the client's endpoint (RFC 3986, section
   * 5.2: a path or a query replaces the endpoint's query)} Opening it throws {@link
   * IllegalArgumentException} if the result is not an http or https URL.
   *
   * @param reference such as {@code /sse/alice} or {@code https://example.org/events}
   * @throws IllegalArgumentException if it is not a URI
   */
  public static StreamSpec at(String reference) {
    URI.create(reference); // Fails here rather than at the first attempt.
    return new StreamSpec(reference, false);
  }

  /**
   * {@return the stream of a user: {@code v1/users/{user}/events} below the client's endpoint,
   * which is the base URL of a Heliograph server}
   *
   * @param user the user's id; this method percent-encodes it
   * @throws IllegalArgumentException if it is not 1 to 256 bytes of UTF-8 without {@code /} and
   *     control characters, or is {@code .} or {@code ..}
   */
  public static StreamSpec user(String user) {
    return new StreamSpec("v1/users/" + UserIds.segment(user) + "/events", true);
  }

  /**
   * {@return the stream of the token's user: {@code v1/events} below the client's endpoint, which
   * is the base URL of a Heliograph server}
   */
  public static StreamSpec own() {
    return new StreamSpec("v1/events", true);
  }

  /**
   * {@return the stream of presence events: {@code v1/presence/events} below the client's endpoint,
   * which is the base URL of a Heliograph server} {@link PresenceEdge#of} reads its events.
   */
  public static StreamSpec presence() {
    return new StreamSpec("v1/presence/events", true);
  }

  /**
   * Resumes after the event with this id. A position in the client's {@link ResumeStore} takes
   * precedence.
   *
   * @param id an {@link Event#lastEventId}; {@code ""} for none
   * @return a changed copy
   * @throws IllegalArgumentException if it contains a line break or NUL, or has more than 4,096
   *     characters
   */
  public StreamSpec lastEventId(String id) {
    var copy = copy();
    copy.lastEventId = requireId(id);
    return copy;
  }

  static String requireId(String id) {
    // A line break would forge headers of the request; the standard forbids NUL in an id.
    if (id.chars().anyMatch(c -> c == '\r' || c == '\n' || c == 0)) {
      throw new IllegalArgumentException("the last event id contains a line break or NUL");
    }
    if (id.length() > 4096) {
      throw new IllegalArgumentException(
          "the last event id has "
              + id.length()
              + " characters; allowed: up to 4,096, because it is sent in a header");
    }
    return id;
  }

  /**
   * Names the stream for the {@link ResumeStore} and the {@link ClientObserver}. By default the
   * name is the stream's URL at the client's first endpoint, with the query and without user and
   * password. The value of each parameter whose name indicates a secret, such as {@code ticket},
   * {@code access_token}, {@code api_key} and {@code sig}, is replaced by {@code ***}. Streams that
   * differ only in such a value therefore need names. If a query contains another secret, call this
   * method or use {@link SseClient.Builder#request}.
   *
   * @param streamName the same in each run of the program, so that a store finds it
   * @return a changed copy
   * @throws IllegalArgumentException if it is blank
   */
  public StreamSpec named(String streamName) {
    if (streamName.isBlank()) {
      throw new IllegalArgumentException("the name is blank");
    }
    var copy = copy();
    copy.name = streamName;
    return copy;
  }

  /**
   * Sets a header of each request, in addition to those of the client.
   *
   * @param headerName case-insensitive; replaces earlier headers of that name, also those of the
   *     client
   * @param value printable ASCII; otherwise the stream cannot be opened
   * @return a changed copy
   */
  public StreamSpec header(String headerName, String value) {
    var copy = copy();
    copy.headers = headers.with(headerName, value);
    return copy;
  }

  /**
   * Adds a header to each request, and keeps earlier headers of that name of this spec. Headers of
   * that name of the client are replaced.
   *
   * @param headerName case-insensitive
   * @param value printable ASCII; otherwise the stream cannot be opened
   * @return a changed copy
   */
  public StreamSpec addHeader(String headerName, String value) {
    var copy = copy();
    copy.headers = headers.plus(headerName, value);
    return copy;
  }

  /**
   * Adds a query parameter, such as {@code types=order.*} or {@code from=oldest}. Other parameters
   * of the same name are kept.
   *
   * @param parameter its name; this method percent-encodes it
   * @param value any text; this method percent-encodes it
   * @return a changed copy
   * @throws IllegalArgumentException if one of them contains an unpaired surrogate
   */
  public StreamSpec query(String parameter, String value) {
    Json.encodable("query parameter", parameter + value); // Here rather than when it is opened.
    var copy = copy();
    var longer = new ArrayList<>(query);
    longer.add(Map.entry(parameter, value));
    copy.query = List.copyOf(longer);
    return copy;
  }

  /**
   * Opens the stream by a POST with this body, in UTF-8. Because a POST may have side effects, it
   * is sent only once. If the response ends in order, the stream is complete ({@link
   * CloseReason#COMPLETED}): a loop ends, a publisher calls {@code onComplete}. If it is cut off,
   * that is an error ({@link CloseReason#TRUNCATED}, {@link TruncatedStreamException}), as is any
   * other end ({@link CloseReason#GAVE_UP}). A failure before the request was sent is retried. A
   * redirect with 301, 302 or 303 is followed as a GET without the body, as in a browser; 307 and
   * 308 end the stream.
   *
   * @param contentType a valid media type such as {@code application/json}; otherwise the stream
   *     cannot be opened
   * @param text the body; may be empty
   * @return a changed copy
   * @throws IllegalArgumentException if the text contains an unpaired surrogate
   */
  public StreamSpec post(String contentType, String text) {
    var copy = copy();
    copy.body = new Body(contentType, Json.encodable("body", text));
    return copy;
  }

  /**
   * Declares that the POST may be repeated, so that the stream reconnects like any other.
   *
   * @return a changed copy
   */
  public StreamSpec idempotent() {
    var copy = copy();
    copy.idempotent = true;
    return copy;
  }

  /**
   * Ends the stream after a matching event, such as the {@code [DONE]} of an LLM's answer. This
   * event is the last one that is handed over, and the stream ends with {@link
   * CloseReason#COMPLETED}.
   *
   * @param last tested for each event before it is handed over, on the consuming thread. An
   *     exception ends the stream
   * @return a changed copy
   */
  public StreamSpec until(Predicate<Event> last) {
    var copy = copy();
    copy.until = Objects.requireNonNull(last, "last");
    return copy;
  }

  /** {@return the id to resume from, {@code ""} for none} */
  public String lastEventId() {
    return lastEventId;
  }

  /** {@return the name given with {@link #named}, {@code ""} if there is none} */
  public String name() {
    return name;
  }

  /** What to POST; null for a GET. */
  @Nullable Body body() {
    return body;
  }

  /** Which event is the last one; null for none. */
  @Nullable Predicate<Event> until() {
    return until;
  }

  /** Whether its request may be sent again once it was sent. */
  boolean mayRepeat() {
    return body == null || idempotent;
  }

  /** Headers of each request. */
  HeaderLines headers() {
    return headers;
  }

  /** Where the stream is, given the client's endpoint. */
  URI resolve(URI endpoint) {
    if (reference.isEmpty() && query.isEmpty()) {
      return endpoint;
    }
    // Not by java.net.URI: it takes "?x=1" for a file beside the endpoint (RFC 2396).
    HttpUrl base = HttpUrl.get((belowBase ? asFolder(endpoint) : endpoint).toString());
    HttpUrl url = base.resolve(reference);
    if (url == null) {
      throw new IllegalArgumentException("no http or https URL at " + endpoint + ": " + reference);
    }
    HttpUrl.Builder whole = url.newBuilder().fragment(null);
    for (var pair : query) {
      whole.addEncodedQueryParameter(encoded(pair.getKey()), encoded(pair.getValue()));
    }
    return whole.build().uri();
  }

  @Override
  public String toString() {
    return "StreamSpec[" + (reference.isEmpty() ? "endpoint" : reference) + "]";
  }

  static String encoded(String text) {
    String whole = Json.encodable("text for a URL", text);
    return Urls.encoded(whole).replace("+", "%20");
  }

  /**
   * As one segment of a path.
   *
   * @param what it is, for the message
   */
  static String segment(String what, String text) {
    // "." and ".." lead to another resource, however they are escaped, and so does "".
    if (text.isEmpty() || text.equals(".") || text.equals("..")) {
      throw new IllegalArgumentException(
          "the "
              + what
              + " is \""
              + text
              + "\"; allowed: at least one character, and neither \".\" nor \"..\", which cannot"
              + " be part of a URL path");
    }
    return encoded(Json.encodable(what, text));
  }

  /** Without the slash, the last segment of a base such as https://example.org/push gets lost. */
  static URI asFolder(URI base) {
    if (base.getRawQuery() != null || base.getRawFragment() != null) {
      throw new IllegalArgumentException(
          "the base URL of a server must have neither a query nor a fragment, because they would be"
              + " lost in the paths below it: "
              + HttpUrl.get(base.toString()).redact());
    }
    String text = base.toString();
    Matcher stream = STREAM_PATH.matcher(text);
    if (stream.find()) {
      throw new IllegalArgumentException(
          HttpUrl.get(text).redact()
              + " is the URL of a stream; allowed: the base URL of the server, which is "
              + HttpUrl.get(text.substring(0, stream.start() + 1)).redact());
    }
    return text.endsWith("/") ? base : URI.create(text + "/");
  }
}
