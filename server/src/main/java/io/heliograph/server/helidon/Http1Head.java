package io.heliograph.server.helidon;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.http.Status;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The lines of a request's head (RFC 9112, sections 3 and 5), checked as they come, and what they
 * say of the body (section 6). Also checks trailers, of which nothing is used.
 *
 * <p>Helidon 4.5 reads some heads otherwise than a proxy in front may (docs/decisions, 0090). Goes
 * with {@link Http1Framing}.
 */
final class Http1Head {

  private static final Pattern VERSION = Pattern.compile("HTTP/\\d\\.\\d");
  private static final String SYMBOLS = "!#$%&'*+-.^_`|~";
  // A length of more digits is above any bound.
  private static final int MAX_LENGTH_DIGITS = 18;
  private static final int DELETE = 0x7f;
  private static final Status FIELDS_TOO_LARGE =
      Status.create(431, "Request Header Fields Too Large");

  private final boolean trailers;

  private boolean requestLine;
  private boolean methodEnded;
  private boolean blankLine;
  private int fieldBytes;

  private long contentLength = -1;
  private boolean transferEncoding;
  private boolean contentEncoding;

  Http1Head() {
    this(false);
  }

  private Http1Head(boolean trailers) {
    this.trailers = trailers;
    this.requestLine = trailers;
  }

  static Http1Head trailers() {
    return new Http1Head(true);
  }

  /** How long the body is in bytes; -1 if the head does not say it. */
  long contentLength() {
    return contentLength;
  }

  boolean isChunked() {
    return transferEncoding;
  }

  /** Whether there was an empty line before the request line, which Helidon 4.5 does not ignore. */
  boolean hasBlankLine() {
    return blankLine;
  }

  /**
   * A byte of a line that may not have ended yet.
   *
   * @param position of the byte within its line, from 1
   * @throws RequestException if no head has such a byte, or the line is too long
   */
  void accept(byte b, int position) {
    if (b != '\r' && (isControl(b) || (!requestLine && (b == '\t' || b < 0)))) {
      throw Http1Framing.malformed(
          "The request head contains a control character or a non-ASCII character.");
    }
    if (!requestLine) {
      methodEnded = methodEnded || b == ' ';
      if (position > Http1Framing.MAX_LINE_BYTES) {
        throw refused(
            methodEnded ? Status.REQUEST_URI_TOO_LONG_414 : Status.NOT_IMPLEMENTED_501,
            "The request line has more than " + Http1Framing.MAX_LINE_BYTES + " bytes.");
      }
    } else if (fieldBytes + position > Http1Framing.MAX_FIELDS_BYTES) {
      throw refused(
          FIELDS_TOO_LARGE,
          "The headers have more than " + Http1Framing.MAX_FIELDS_BYTES + " bytes.");
    }
  }

  /**
   * A line without its end.
   *
   * @return whether it was the last, which is empty
   * @throws RequestException if it is refused
   */
  boolean line(byte[] bytes, int from, int to) {
    if (!requestLine) {
      if (from == to && !blankLine) {
        blankLine = true; // RFC 9112, section 2.2: old clients send one after a body.
      } else {
        requestLine = true;
        checkRequestLine(bytes, from, to);
      }
      return false;
    }
    if (from == to) {
      checkBody();
      return true;
    }
    fieldBytes += to - from + 2;
    field(bytes, from, to);
    return false;
  }

  /** Every request comes here, so nothing is copied. */
  private static void checkRequestLine(byte[] bytes, int from, int to) {
    int methodEnd = indexOf(' ', bytes, from, to);
    int targetEnd = indexOf(' ', bytes, Math.min(methodEnd + 1, to), to);
    if (targetEnd == to || indexOf(' ', bytes, targetEnd + 1, to) < to) {
      throw Http1Framing.malformed(
          "The request line must be a method, a target and a version, separated by one blank"
              + " each.");
    }
    boolean lowerCase = false;
    for (int i = from; i < methodEnd; i++) {
      if (!isToken(bytes[i])) {
        throw noToken();
      }
      lowerCase |= bytes[i] >= 'a' && bytes[i] <= 'z';
    }
    if (methodEnd == from) {
      throw noToken();
    }
    if (lowerCase) {
      throw Http1Framing.malformed("The method must be in upper case.");
    }
    checkTarget(bytes, from, methodEnd, targetEnd);
    if (is("HTTP/1.1", bytes, targetEnd + 1, to)) {
      return;
    }
    String version = new String(bytes, targetEnd + 1, to - targetEnd - 1, US_ASCII);
    if (!VERSION.matcher(version).matches()) {
      throw Http1Framing.malformed("The version must be written as HTTP/1.1.");
    } else {
      throw refused(
          Status.HTTP_VERSION_NOT_SUPPORTED_505,
          "Only HTTP/1.1 and HTTP/2 are supported. For nginx: proxy_http_version 1.1;");
    }
  }

  private static RequestException noToken() {
    return Http1Framing.malformed("The method is not a token (RFC 9110, section 5.6.2).");
  }

  private static void checkTarget(byte[] bytes, int from, int methodEnd, int targetEnd) {
    int target = methodEnd + 1;
    boolean form =
        startsWith("/", bytes, target, targetEnd)
            || startsWith("http://", bytes, target, targetEnd)
            || startsWith("https://", bytes, target, targetEnd)
            || (is("*", bytes, target, targetEnd) && is("OPTIONS", bytes, from, methodEnd))
            || (is("CONNECT", bytes, from, methodEnd) && target < targetEnd);
    if (!form) {
      throw Http1Framing.malformed(
          "The target must start with '/' or be an http or https URL. '*' is allowed with OPTIONS"
              + " only.");
    }
    if (indexOf('#', bytes, target, targetEnd) < targetEnd) {
      throw Http1Framing.malformed("The target contains a '#', which is not allowed in a request.");
    }
  }

  /** The index of the byte, or {@code to}. */
  private static int indexOf(char wanted, byte[] bytes, int from, int to) {
    int i = from;
    while (i < to && bytes[i] != wanted) {
      i++;
    }
    return i;
  }

  private static boolean is(String ascii, byte[] bytes, int from, int to) {
    return to - from == ascii.length() && startsWith(ascii, bytes, from, to);
  }

  private static boolean startsWith(String ascii, byte[] bytes, int from, int to) {
    if (to - from < ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (bytes[from + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private void field(byte[] bytes, int from, int to) {
    int colon = from;
    while (colon < to && isToken(bytes[colon])) {
      colon++;
    }
    if (colon == from || colon == to || bytes[colon] != ':') {
      throw Http1Framing.malformed(
          "A header line must be a name of letters, digits and " + SYMBOLS + ", then a colon.");
    }
    if (trailers) {
      return;
    }
    int length = colon - from;
    if (length == "Content-Length".length()
        || length == "Content-Encoding".length()
        || length == "Transfer-Encoding".length()) {
      String name = new String(bytes, from, length, US_ASCII);
      String value = new String(bytes, colon + 1, to - colon - 1, ISO_8859_1);
      framing(name.toLowerCase(Locale.ROOT), value);
    }
  }

  private void framing(String name, String text) {
    String value = withoutBlanks(text);
    switch (name) {
      case "content-length" -> {
        boolean number =
            !value.isEmpty() && value.length() <= MAX_LENGTH_DIGITS && hasOnlyDigits(value);
        if (!number || contentLength >= 0) {
          throw Http1Framing.malformed("Content-Length must be a single number of bytes.");
        }
        contentLength = Long.parseLong(value);
      }
      case "transfer-encoding" -> {
        if (transferEncoding || !value.equalsIgnoreCase("chunked")) {
          throw Http1Framing.malformed("Transfer-Encoding must be 'chunked' and nothing else.");
        }
        transferEncoding = true;
      }
      case "content-encoding" -> contentEncoding = true;
      default -> {
        // Says nothing of the body.
      }
    }
  }

  private static boolean hasOnlyDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private void checkBody() {
    if (transferEncoding && contentLength >= 0) {
      throw Http1Framing.malformed(
          "Content-Length and Transfer-Encoding are both given. Send only one of them.");
    }
    if (contentEncoding && (transferEncoding || contentLength > 0)) {
      throw refused(
          Status.UNSUPPORTED_MEDIA_TYPE_415,
          "The body has a Content-Encoding, which is not supported. Send it without one.");
    }
  }

  /** Without the blanks around it (RFC 9110, section 5.6.3); no others, which are no blanks. */
  private static String withoutBlanks(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && (text.charAt(from) == ' ' || text.charAt(from) == '\t')) {
      from++;
    }
    while (to > from && (text.charAt(to - 1) == ' ' || text.charAt(to - 1) == '\t')) {
      to--;
    }
    return text.substring(from, to);
  }

  /** A control character other than TAB. */
  static boolean isControl(byte b) {
    return (b >= 0 && b < ' ' && b != '\t') || b == DELETE;
  }

  static boolean isToken(byte b) {
    return (b >= 'a' && b <= 'z')
        || (b >= 'A' && b <= 'Z')
        || (b >= '0' && b <= '9')
        || (b > 0 && SYMBOLS.indexOf(b) >= 0);
  }

  /** Ends the connection with an answer. */
  static RequestException refused(Status status, String message) {
    return RequestException.builder()
        .type(DirectHandler.EventType.BAD_REQUEST)
        .status(status)
        .message(message)
        .safeMessage(true)
        .setKeepAlive(false)
        .build();
  }
}
