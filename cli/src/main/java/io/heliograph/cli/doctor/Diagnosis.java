package io.heliograph.cli.doctor;

import static java.util.stream.Collectors.joining;

import io.heliograph.cli.format.JsonText;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Printable;
import java.io.IOException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.Headers;
import org.jspecify.annotations.Nullable;

/** What follows from what was seen. Pure. */
final class Diagnosis {
  private static final String BUFFERING_CAUSE =
      "something on the way collects the answer and passes it on in pieces: a proxy that buffers, a"
          + " compressor, or a gateway that knows only whole answers";
  private static final String BUFFERING_CURE =
      "nginx: proxy_buffering off, and do not ignore X-Accel-Buffering; no compression of"
          + " text/event-stream; others: docs/guides/reverse-proxy.md";

  private Diagnosis() {}

  private static final int LONGEST_TITLE = 120;
  private static final Pattern TITLE =
      Pattern.compile("<title>([^<]+)</title>", Pattern.CASE_INSENSITIVE);

  /**
   * A connection.
   *
   * @param failures to addresses that the name has, too
   */
  static Finding connected(String text, List<String> failures) {
    return failures.isEmpty()
        ? Finding.ok("tcp", text)
        : Finding.warn(
            "tcp",
            text + ", but not " + String.join("; ", failures),
            "the name has several addresses, and the server listens on some of them only",
            "let it listen on all of them, or take the others out of the name");
  }

  /** A handshake that failed. */
  static Finding tls(IOException e, String host, int port) {
    String text = String.valueOf(e.getMessage());
    String look =
        "to see the certificate:  openssl s_client -connect "
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + port;
    for (Throwable t = e; t != null; t = t.getCause()) {
      String message = String.valueOf(t.getMessage());
      if (t instanceof CertificateExpiredException
          || t instanceof CertificateNotYetValidException) {
        return tls(
            "the certificate is not valid now (" + message + ")",
            "it has expired or is not valid yet, or the clock of this machine is wrong",
            "renew it on the server, or a proxy still shows the old one; " + look);
      } else if (message.contains("subject alternative") || message.contains("No name matching")) {
        return tls(
            message,
            "the certificate is for other names than " + host,
            "use a name that is in it, or have one made for this name; " + look);
      } else if (message.contains("unable to find valid certification path")
          || message.contains("trust anchor")) {
        return tls(
            "this machine trusts nobody who signed the certificate",
            "it is signed by itself or by an authority of your own, or the server does not send"
                + " the certificates between",
            "--cacert F trusts the authority in F; " + look);
      } else if (message.contains("Unsupported or unrecognized SSL message")) {
        return tls(
            message, "the port speaks plain http, or something that is not TLS", "write http://");
      }
    }
    return tls(
        text,
        "the port does not speak TLS, wants a certificate of yours (--cert), or something on the"
            + " way cuts it",
        "try http instead of https; " + look);
  }

  private static Finding tls(String text, String cause, String cure) {
    return Finding.fail(ExitCode.NETWORK, "tls", text, cause, cure);
  }

  /** The stream ended while it was silent, which it should not. */
  static Finding ended(String step, Duration after) {
    return Finding.fail(
        ExitCode.NETWORK,
        step,
        "the stream ended after " + TextLine.span(after) + " of waiting",
        "a proxy or balancer ends what is silent for longer than it allows, or the server stopped",
        "nginx: proxy_read_timeout longer than the heartbeat, others: their idle timeout; or more"
            + " heartbeats (stream.heartbeat): docs/guides/reverse-proxy.md");
  }

  /** What the server says of its refusal: a field of a problem, or the title of a page. */
  private static String said(String body) {
    Matcher title = TITLE.matcher(body);
    return JsonText.stringField(body, "detail")
        .or(() -> title.find() ? Optional.of(title.group(1).strip()) : Optional.empty())
        .map(
            said ->
                ": " + (said.length() > LONGEST_TITLE ? said.substring(0, LONGEST_TITLE) : said))
        .orElse("");
  }

  static Finding status(int status, String protocol, Duration took, String location, String body) {
    String text = status + " " + protocol + " in " + TextLine.span(took);
    String detail = location.isEmpty() ? said(body) : ": to " + Printable.url(location);
    return switch (status) {
      case 200 -> Finding.ok("status", text);
      case 401 ->
          Finding.fail(
              ExitCode.AUTH,
              "status",
              text + detail,
              "there is no token, or it has expired, or somebody else signed it",
              "--token @FILE, env:NAME or cmd:COMMAND; for development:  sse-cli token --help");
      case 403 ->
          Finding.fail(
              ExitCode.AUTH,
              "status",
              text + detail,
              "the token is another user's, or lacks the scope 'subscribe'",
              "name the user of the token; look at its scope");
      case 404 ->
          Finding.fail(
              ExitCode.REFUSED,
              "status",
              text + detail,
              "the path is not that of a stream, or a proxy has no route for it",
              "--server takes the base; a stream elsewhere goes into --url");
      case 502, 503, 504 ->
          Finding.fail(
              ExitCode.REFUSED,
              "status",
              text + detail,
              "the proxy does not reach the server, or the server is full or shutting down",
              "ask the server itself (--server), and look at its log");
      default ->
          Finding.fail(
              ExitCode.REFUSED,
              "status",
              text + detail,
              status / 100 == 3
                  ? "the stream is somewhere else"
                  : "the server wants another request",
              status / 100 == 3
                  ? "give that place to --server, or to --url"
                  : detail.isEmpty() ? "look at its log" : "what it says of it is above");
    };
  }

  static List<Finding> headers(Headers headers) {
    List<Finding> findings = new ArrayList<>();
    String type = headers.get("Content-Type");
    if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("text/event-stream")) {
      findings.add(
          Finding.fail(
              ExitCode.REFUSED,
              "headers",
              "the content type is " + (type == null ? "not said" : type),
              "this is no stream but a page, often the login or error page of a proxy",
              "open the URL with curl -i; the answer must be text/event-stream"));
      return findings;
    }
    @Nullable String encoding = headers.get("Content-Encoding");
    if (encoding != null && !encoding.equalsIgnoreCase("identity")) {
      findings.add(
          Finding.warn(
              "headers",
              "the stream is compressed (" + encoding + ")",
              "a compressor holds events back until it has enough",
              "leave text/event-stream out: nginx gzip_types, Apache no-gzip"));
    }
    String cache = headers.get("Cache-Control");
    if (cache == null || !(cache.contains("no-cache") || cache.contains("no-store"))) {
      findings.add(
          Finding.warn(
              "headers",
              "Cache-Control is " + (cache == null ? "not said" : cache),
              "a cache may keep the stream, and give it to others",
              "send Cache-Control: no-cache, no-transform"));
    }
    if (headers.get("Content-Length") != null) {
      findings.add(
          Finding.warn(
              "headers",
              "the answer has a length",
              "it ends after so many bytes: it was collected before it was sent",
              "a stream has no Content-Length"));
    }
    if (findings.isEmpty()) {
      String via = headers.values("Via").stream().collect(joining(", "));
      findings.add(
          Finding.ok("headers", type + ", " + cache + (via.isEmpty() ? "" : ", via " + via)));
    }
    return findings;
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
            "the server hangs or listens for something else than HTTP; or " + BUFFERING_CAUSE,
            "ask the server itself, without the proxy (--server). If that is well: "
                + BUFFERING_CURE);
  }

  /**
   * Events that were sent one by one.
   *
   * @param sent when each was accepted, in nanoseconds
   * @param seen when each came; as many
   */
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

  static Finding resumed(boolean replayed, boolean gap) {
    if (gap) {
      return Finding.fail(
          ExitCode.GAP,
          "resume",
          "the server told a gap after a cut of a moment",
          "stream and next stream reached different servers, or the log was evicted at once",
          "send all of a user's requests to one server; raise log.per-user.events");
    } else if (!replayed) {
      return Finding.fail(
          ExitCode.GAP,
          "resume",
          "the event that was missed during a cut did not come again",
          "a proxy drops the header Last-Event-ID, or the server does not keep events",
          "pass Last-Event-ID on");
    }
    return Finding.ok("resume", "cut, and the event that was missed came again");
  }

  /**
   * The heartbeat, which a server sends only where it is silent otherwise.
   *
   * @param silent whether nothing at all came for as long as that takes
   */
  static Finding heartbeat(Duration waited, Duration announced, boolean came, boolean silent) {
    if (came) {
      return Finding.ok("heartbeat", "after " + TextLine.span(waited));
    } else if (!silent) {
      return Finding.ok(
          "heartbeat", "none was due in " + TextLine.span(waited) + ": other events came instead");
    }
    return Finding.fail(
        ExitCode.REFUSED,
        "heartbeat",
        "none in "
            + TextLine.span(waited)
            + ", though one was announced every "
            + TextLine.span(announced),
        BUFFERING_CAUSE,
        BUFFERING_CURE);
  }
}
