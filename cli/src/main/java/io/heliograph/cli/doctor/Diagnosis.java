package io.heliograph.cli.doctor;

import io.heliograph.cli.access.Exchange;
import io.heliograph.cli.format.DroppedLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.json.Json;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import io.heliograph.client.SseParser;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What follows from what was seen. Pure. */
final class Diagnosis {
  private static final String BUFFERING_CAUSE =
      "a proxy, compressor or gateway buffers the response and forwards it in blocks";
  private static final String BUFFERING_CURE =
      "nginx: proxy_buffering off, and do not ignore X-Accel-Buffering; do not compress"
          + " text/event-stream; others: docs/guides/reverse-proxy.md";

  private Diagnosis() {}

  private static final int LONGEST = 120;
  // What OkHttp, and with it the SDK, asks for and undoes.
  private static final Set<String> READABLE = Set.of("", "identity", "gzip");
  private static final Pattern TITLE =
      Pattern.compile("<title>([^<]+)</title>", Pattern.CASE_INSENSITIVE);

  /** A connection; {@code failures} are those to other addresses of the name. */
  static Finding connected(String text, List<String> failures) {
    return failures.isEmpty()
        ? Finding.ok("tcp", text)
        : Finding.warn(
            "tcp",
            text + ", but not " + String.join("; ", failures),
            "the name has several addresses, and the server does not listen on all of them",
            "let the server listen on all of them, or remove the others from DNS");
  }

  /** The stream ended while it was silent, which it should not. */
  static Finding ended(String step, Duration after) {
    return Finding.fail(
        ExitCode.NETWORK,
        step,
        "the stream ended after " + TextLine.span(after) + " of waiting",
        "a proxy or load balancer closes silent connections, or the server stopped",
        "nginx: proxy_read_timeout longer than the heartbeat; others: their idle timeout; or a"
            + " shorter stream.heartbeat: docs/guides/reverse-proxy.md");
  }

  /** What the server says of its refusal: a field of a problem, or the title of a page. */
  private static String said(String body) {
    Matcher title = TITLE.matcher(body);
    return Json.string(body, "detail")
        .or(() -> title.find() ? Optional.of(title.group(1).strip()) : Optional.empty())
        .map(said -> ": " + cut(said))
        .orElse("");
  }

  private static String cut(String text) {
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
  }

  static Finding status(int status, String protocol, Duration took, String location, String body) {
    String text = status + " " + protocol + " in " + TextLine.span(took);
    String detail = location.isEmpty() ? said(body) : ": to " + Printable.url(location);
    if (status == 200) {
      return Finding.ok("status", text);
    }
    boolean auth = status == 401 || status == 403;
    return Finding.fail(
        auth ? ExitCode.AUTH : ExitCode.REFUSED,
        "status",
        text + detail,
        cause(status),
        cure(status, detail));
  }

  private static String cause(int status) {
    return switch (status) {
      case 401 -> "the token is missing, has expired, or was signed with another key";
      case 403 -> "the token is for another user, or lacks the scope 'subscribe'";
      case 404 -> "the path is not a stream, or a proxy does not forward it";
      case 407 -> "the proxy rejects the credentials";
      case 502, 503, 504 ->
          "the proxy cannot reach the server, or the server is full or shutting down";
      default ->
          status / 100 == 3 ? "the stream has another URL" : "the server rejected the request";
    };
  }

  private static String cure(int status, String detail) {
    return switch (status) {
      case 401 -> "--token @FILE, env:NAME or cmd:COMMAND; for development:  sse-cli token --help";
      case 403 -> "use the user of the token; check its scope";
      case 404 -> "--server takes the base URL; for a stream elsewhere use --url";
      case 407 -> "name them in the variable:  http_proxy=http://user:password@host:port";
      case 502, 503, 504 -> "contact the server without the proxy (--server); read its log";
      default ->
          status / 100 == 3
              ? "use that URL in --server or --url"
              : detail.isEmpty() ? "read the server's log" : "see its message above";
    };
  }

  /** Whether events follow. */
  static boolean isStream(Exchange.Head head) {
    return head.status() == 200
        && head.header("content-type").toLowerCase(Locale.ROOT).contains("text/event-stream")
        && READABLE.contains(head.header("content-encoding").toLowerCase(Locale.ROOT));
  }

  /** The headers of a 200, and the start of its body if it is no event stream. */
  static List<Finding> headers(Exchange.Head head, String body) {
    List<Finding> findings = new ArrayList<>();
    String type = head.header("content-type");
    String encoding = head.header("content-encoding");
    if (!type.toLowerCase(Locale.ROOT).contains("text/event-stream")) {
      return List.of(noStream(type, body));
    } else if (!isStream(head)) {
      return List.of(
          Finding.fail(
              ExitCode.REFUSED,
              "headers",
              "the stream has the Content-Encoding " + encoding,
              "clients cannot read an encoding that they did not ask for",
              "do not compress text/event-stream, or only for clients that accept " + encoding));
    } else if (encoding.equalsIgnoreCase("gzip")) {
      findings.add(
          Finding.warn(
              "headers",
              "the stream is compressed (gzip)",
              "a compressor delays events until it has enough of them",
              "do not compress text/event-stream: nginx gzip_types, Apache no-gzip"));
    }
    String cache = head.header("cache-control");
    if (!(cache.contains("no-cache") || cache.contains("no-store"))) {
      findings.add(
          Finding.warn(
              "headers",
              "Cache-Control is " + (cache.isEmpty() ? "missing" : cache),
              "a cache may store the stream and send it to others",
              "send Cache-Control: no-cache, no-transform"));
    }
    if (!head.header("content-length").isEmpty()) {
      findings.add(
          Finding.warn(
              "headers",
              "the answer has a Content-Length",
              "it was buffered before it was sent, and ends after that many bytes",
              "send the stream without Content-Length"));
    }
    if (findings.isEmpty()) {
      String via = String.join(", ", head.headers().getOrDefault("via", List.of()));
      findings.add(
          Finding.ok("headers", type + ", " + cache + (via.isEmpty() ? "" : ", via " + via)));
    }
    return findings;
  }

  private static Finding noStream(String type, String body) {
    boolean json = body.stripLeading().startsWith("{") || body.stripLeading().startsWith("[");
    String start = body.isBlank() ? "" : ": " + cut(body.strip().replaceAll("\\s+", " "));
    return Finding.fail(
        ExitCode.REFUSED,
        "headers",
        (json ? "the answer is JSON" : "the answer is a page")
            + ", not an event stream (content type "
            + (type.isEmpty() ? "missing" : type)
            + ")"
            + start,
        json
            ? "the endpoint answers with JSON: an error, or a stream only if it is asked for one"
            : "often the login or error page of a proxy",
        json
            ? "read what the answer says; some endpoints stream only with a body (subscribe -d)"
            : "open the URL with curl -i; the content type must be text/event-stream");
  }

  /** Lines that the standard drops. */
  static Finding lines(List<SseParser.Dropped> dropped) {
    if (dropped.isEmpty()) {
      return Finding.ok("lines", "all can be read");
    }
    return Finding.fail(
        ExitCode.REFUSED,
        "lines",
        TextLine.count(dropped.size(), "line")
            + " dropped; the first: "
            + cut(DroppedLine.sentence(dropped.getFirst())),
        "the server sends lines that are no fields of an event stream, often an error message",
        "start each line with 'data: '; to see the bytes:  sse-cli subscribe -o raw");
  }

  /** No head of an answer came, until, maybe, much was published. */
  static Finding noAnswer(Duration waited, boolean cameWithMuch) {
    return cameWithMuch
        ? Finding.fail(
            ExitCode.REFUSED,
            "frames",
            "no answer in " + TextLine.span(waited) + ", until 32 KiB had been published",
            BUFFERING_CAUSE,
            BUFFERING_CURE)
        : Finding.fail(
            ExitCode.NETWORK,
            "status",
            "no answer in " + TextLine.span(waited),
            "the server hangs or does not speak HTTP; or " + BUFFERING_CAUSE,
            "contact the server without the proxy (--server); if that works: " + BUFFERING_CURE);
  }

  /** Events that were sent one by one: when each was accepted, and when it came, in nanoseconds. */
  static Finding frames(List<Long> sent, List<Long> seen) {
    long sentSpan = sent.getLast() - sent.getFirst();
    long seenSpan = seen.getLast() - seen.getFirst();
    if (seenSpan < sentSpan / 4) {
      return Finding.fail(
          ExitCode.REFUSED,
          "frames",
          "%d events, sent over %s, came within %s"
              .formatted(
                  sent.size(),
                  TextLine.span(Duration.ofNanos(sentSpan)),
                  TextLine.span(Duration.ofNanos(seenSpan))),
          BUFFERING_CAUSE,
          BUFFERING_CURE);
    }
    long slowest = 0;
    for (int i = 0; i < sent.size(); i++) {
      slowest = Math.max(slowest, seen.get(i) - sent.get(i));
    }
    return Finding.ok(
        "frames",
        sent.size()
            + " events came one by one, the slowest "
            + TextLine.span(Duration.ofNanos(Math.max(0, slowest)))
            + " after it was accepted");
  }

  static Finding missing(int sent, int seen, Duration waited) {
    return Finding.fail(
        ExitCode.REFUSED,
        "frames",
        "of " + sent + " events " + seen + " came within " + TextLine.span(waited),
        BUFFERING_CAUSE + "; or stream and publisher reach different servers",
        BUFFERING_CURE);
  }

  /** The second connection got no stream, although the first one did. */
  static Finding notAdmittedAgain(int status) {
    return Finding.fail(
        ExitCode.REFUSED,
        "resume",
        "the server answered " + status + " when the reader came back after a cut",
        status == 204
            ? "204 tells a reader to stay away; Heliograph sends it for a minute after a kick"
            : "the first connection was accepted, so it is not the URL or the token",
        status == 204 ? "wait a minute and try again" : "look for the request in the server's log");
  }

  static Finding resumed(boolean replayed, boolean gap) {
    if (gap) {
      return Finding.fail(
          ExitCode.GAP,
          "resume",
          "the server reported a gap after a short cut",
          "the two connections reached different servers, or the log was evicted at once",
          "route all requests of a user to one server; raise log.per-user.events");
    } else if (!replayed) {
      return Finding.fail(
          ExitCode.GAP,
          "resume",
          "the event missed during a cut was not replayed",
          "a proxy drops the header Last-Event-ID, or the server does not store events",
          "let the proxy forward Last-Event-ID");
    }
    return Finding.ok("resume", "the event missed during a cut was replayed");
  }

  /** The heartbeat, due only in silence: {@code silent} if nothing at all came for as long. */
  static Finding heartbeat(Duration waited, Duration announced, boolean came, boolean silent) {
    if (came) {
      return Finding.ok("heartbeat", "after " + TextLine.span(waited));
    } else if (!silent) {
      return Finding.ok(
          "heartbeat", "none was due in " + TextLine.span(waited) + ": events came instead");
    }
    return Finding.fail(
        ExitCode.REFUSED,
        "heartbeat",
        "none in "
            + TextLine.span(waited)
            + ", although the server announced one every "
            + TextLine.span(announced),
        BUFFERING_CAUSE,
        BUFFERING_CURE);
  }
}
