package io.heliograph.server.request;

import io.helidon.http.Header;
import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.InvalidValueException;
import io.heliograph.server.event.Numbers;
import io.heliograph.server.event.TraceParent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.Utf8;
import io.heliograph.server.hub.SinkClosedException;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Parses parts of a request for several handlers. */
public final class Requests {

  private static final HeaderName TRACEPARENT = HeaderNames.create("traceparent");
  private static final HeaderName LAST_EVENT_ID = HeaderNames.create("Last-Event-ID");

  private static final List<String> CURSOR_NAMES = List.of("lastEventId", "last_event_id", "after");

  private static final Pattern AUTHORITY = Pattern.compile("^[^/]*://[^/]*");
  private static final Pattern DETOUR = Pattern.compile("//|/\\.{1,2}(/|$)|%2[fF]");

  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]*)", Pattern.CASE_INSENSITIVE);
  private static final Set<String> UTF_8 = Set.of("utf-8", "utf8", "us-ascii");

  private Requests() {}

  /**
   * Rejects non-canonical spellings of routed paths, because a proxy with path rules compares the
   * spelling.
   *
   * @param namesUser whether a part of the path is a user id, for which a ';' is rejected with its
   *     own message
   */
  public static void checkPath(ServerRequest request, boolean namesUser) {
    String raw = request.path().absolute().rawPath();
    if (!raw.startsWith("/")) {
      raw = AUTHORITY.matcher(raw).replaceFirst(""); // RFC 9112, section 3.2.2.
    }
    boolean plain = !makesDetour(raw) && (namesUser || raw.indexOf(';') < 0);
    if (!plain) {
      throw Problem.NOT_FOUND.because(
          "The path must not contain empty segments, dot segments, encoded slashes or ';'.");
    }
  }

  private static boolean makesDetour(String path) {
    // Most paths have none of these, and the pattern costs more than all else here.
    boolean mayMakeOne = path.indexOf('%') >= 0 || path.contains("//") || path.contains("/.");
    return mayMakeOne && DETOUR.matcher(path).find();
  }

  /** The user id in the path. */
  public static UserId user(ServerRequest request) {
    // The path's parameter is what Helidon makes of it: cut at a ';', and ill-formed UTF-8
    // replaced, either of which would silently name another user.
    String raw = request.path().absolute().rawPath();
    if (raw.contains(";")) {
      throw Problem.INVALID_USER.because("The path contains a ';'. In a user id, write %3B.");
    }
    String user = request.path().pathParameters().get("user");
    if (user.indexOf('\ufffd') >= 0) {
      throw Problem.INVALID_USER.because("The user id in the path is not valid UTF-8.");
    }
    try {
      return new UserId(user);
    } catch (InvalidValueException e) {
      throw Problem.INVALID_USER.because(String.valueOf(e.getMessage()));
    }
  }

  /** Whether the request is the only one on its connection (HTTP/1.1). */
  public static boolean isHttp1(ServerRequest request) {
    return request.prologue().protocolVersion().equals("1.1");
  }

  /** Closes the HTTP/1.1 connection after the response; no effect on HTTP/2. */
  public static void closeAfter(ServerRequest request, ServerResponse response) {
    if (isHttp1(request)) {
      response.headers().set(HeaderNames.CONNECTION, "close");
    }
  }

  /** Whether a response failed because the client had disconnected. */
  public static boolean saysThatPeerLeft(RuntimeException thrown) {
    return thrown instanceof CloseConnectionException
        || thrown instanceof SinkClosedException
        || thrown instanceof UncheckedIOException
        // What Helidon 4.5 says where its HTTP/2 stream was reset by either side.
        || "Stream is already closed.".equals(thrown.getMessage())
        // What Helidon 4.5 makes of an interrupt, with which an HTTP/2 connection ends its
        // handlers.
        || thrown.getCause() instanceof InterruptedException;
  }

  /** The value of {@code Retry-After}: whole seconds, rounded up. */
  public static String seconds(Duration duration) {
    return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
  }

  /** The trace that the request belongs to; empty if it names none, or not as W3C demands. */
  public static Optional<TraceParent> trace(ServerRequest request) {
    if (!request.headers().contains(TRACEPARENT)) {
      return Optional.empty();
    }
    Header header = request.headers().get(TRACEPARENT);
    return header.valueCount() == 1 ? TraceParent.parse(header.get()) : Optional.empty();
  }

  public static Optional<String> header(ServerRequest request, HeaderName name) {
    return request.headers().first(name);
  }

  /**
   * Whether the client accepts an event stream; a browser's EventSource gives up permanently on
   * most refusals.
   */
  public static boolean acceptsEventStream(ServerRequest request) {
    return request.headers().values(HeaderNames.ACCEPT).stream()
        .anyMatch(accept -> accept.toLowerCase(Locale.ROOT).contains("text/event-stream"));
  }

  /**
   * The reader's cursor. The header takes precedence; the query is for readers that cannot set
   * headers.
   */
  public static Optional<String> lastEventId(ServerRequest request) {
    Optional<String> query = Optional.empty();
    String found = "";
    for (String name : CURSOR_NAMES) {
      Optional<String> value = anyQuery(request, name);
      if (query.isPresent() && value.isPresent()) {
        throw Problem.INVALID_QUERY.because(
            found + " and " + name + " are both given. Send only one of them.");
      }
      if (value.isPresent()) {
        query = value;
        found = name;
      }
    }
    Optional<String> fromQuery = query.filter(id -> !id.isEmpty());
    return header(request, LAST_EVENT_ID)
        // An EventSource that has seen no id sends none; some clients send an empty one instead.
        .filter(id -> !id.isEmpty())
        .or(() -> fromQuery);
  }

  /**
   * A decoded query parameter. Rejected if its bytes are not UTF-8, or if it is given twice. A
   * {@code +} is a plus (RFC 3986); a blank is {@code %20}.
   */
  public static Optional<String> query(ServerRequest request, String name) {
    Optional<byte[]> bytes = bytesOf(request, name);
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    try {
      return Optional.of(Utf8.decode(bytes.get()));
    } catch (InvalidValueException e) {
      throw Problem.INVALID_QUERY.because(name + " is not valid UTF-8.");
    }
  }

  /** A query parameter that is only compared as a whole; an ill-formed value is unknown. */
  public static Optional<String> anyQuery(ServerRequest request, String name) {
    return bytesOf(request, name).map(bytes -> new String(bytes, StandardCharsets.UTF_8));
  }

  private static Optional<byte[]> bytesOf(ServerRequest request, String name) {
    String query = request.query().rawValue();
    Optional<byte[]> found = Optional.empty();
    for (int from = 0; from < query.length(); ) {
      int to = query.indexOf('&', from);
      to = to < 0 ? query.length() : to;
      int equals = query.indexOf('=', from);
      int nameEnd = equals < 0 || equals > to ? to : equals;
      if (isName(name, query.substring(from, nameEnd))) {
        if (found.isPresent()) {
          // Which of them counts would be a guess, and a proxy's may be another one.
          throw Problem.INVALID_QUERY.because(name + " is given twice. Send it once.");
        }
        found = Optional.of(decoded(name, query.substring(Math.min(to, nameEnd + 1), to)));
      }
      from = to + 1;
    }
    return found;
  }

  private static boolean isName(String name, String written) {
    return written.equals(name)
        || (written.indexOf('%') >= 0
            && Arrays.equals(decoded(name, written), name.getBytes(StandardCharsets.UTF_8)));
  }

  private static byte[] decoded(String name, String text) {
    var bytes = new ByteArrayOutputStream(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c != '%') {
        bytes.write(c); // A target is ASCII.
        continue;
      }
      int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
      int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
      if (high < 0 || low < 0) {
        throw Problem.INVALID_QUERY.because(
            name + " has a '%' that is not followed by two hexadecimal digits. Write %25.");
      }
      bytes.write(high << 4 | low);
      i += 2;
    }
    return bytes.toByteArray();
  }

  /** The media type, in lower case and without parameters. */
  public static String mediaType(ServerRequest request) {
    String type = header(request, HeaderNames.CONTENT_TYPE).orElse("").toLowerCase(Locale.ROOT);
    return (type.contains(";") ? type.substring(0, type.indexOf(';')) : type).strip();
  }

  /** Creates the refusal of a media type. */
  public static ProblemException unsupported(String mediaType, String allowed) {
    return Problem.UNSUPPORTED_MEDIA_TYPE.because(
        "The Content-Type is '" + mediaType + "', but must be " + allowed + ".");
  }

  /** Rejects a body that is not plain UTF-8, whatever its type. */
  public static void checkBody(ServerRequest request) {
    if (header(request, HeaderNames.CONTENT_ENCODING).isPresent()) {
      throw Problem.UNSUPPORTED_MEDIA_TYPE.because(
          "The body has a Content-Encoding, which is not supported. Send it without one.");
    }
    String type = header(request, HeaderNames.CONTENT_TYPE).orElse("");
    for (int from = type.indexOf(';'); from >= 0; from = type.indexOf(';', from + 1)) {
      var charset = CHARSET.matcher(type).region(from, type.length());
      if (charset.lookingAt() && !UTF_8.contains(charset.group(1).toLowerCase(Locale.ROOT))) {
        throw Problem.UNSUPPORTED_MEDIA_TYPE.because(
            "The charset is '" + charset.group(1) + "', but must be utf-8.");
      }
    }
  }

  /** A query parameter that is a filter; everything matches if it is absent. */
  public static Globs globs(ServerRequest request, String name) {
    Optional<String> text = query(request, name);
    if (text.isEmpty()) {
      return Globs.ALL;
    }
    try {
      return Globs.parse(text.get());
    } catch (InvalidValueException e) {
      throw Problem.INVALID_QUERY.because(name + ": " + e.getMessage());
    }
  }

  /** A query parameter that is {@code true} or {@code false}. */
  public static boolean flag(ServerRequest request, String name, boolean otherwise) {
    String text = query(request, name).orElse(Boolean.toString(otherwise));
    return switch (text) {
      case "true" -> true;
      case "false" -> false;
      default ->
          throw Problem.INVALID_QUERY.because(
              name + " is '" + text + "', but must be true or false.");
    };
  }

  /** A query parameter that lists constants of an enum, in lower case. */
  public static <E extends Enum<E>> Set<E> words(
      ServerRequest request, String name, Class<E> type, E otherwise) {
    Set<E> words = EnumSet.noneOf(type);
    for (String text : query(request, name).orElse(word(otherwise)).split(",", -1)) {
      E found = null;
      for (E each : type.getEnumConstants()) {
        found = word(each).equals(text.strip()) ? each : found;
      }
      if (found == null) {
        throw Problem.INVALID_QUERY.because(
            name
                + " has '"
                + text
                + "', but may only have "
                + Arrays.stream(type.getEnumConstants())
                    .map(Requests::word)
                    .collect(Collectors.joining(", "))
                + ".");
      }
      words.add(found);
    }
    return words;
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  /** A query parameter that is a whole number from 1 to {@code most}. */
  public static int query(ServerRequest request, String name, int otherwise, int most) {
    Optional<String> text = query(request, name);
    if (text.isEmpty()) {
      return otherwise;
    }
    return Numbers.parse(text.get(), 1, most)
        .orElseThrow(
            () ->
                Problem.INVALID_QUERY.because(
                    name
                        + " is '"
                        + text.get()
                        + "', but must be a whole number from 1 to "
                        + most
                        + "."));
  }
}
