package io.heliograph.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * An answer as it stands on the wire, read as strictly as RFC 9112 has it: a client that forgives
 * would hide what an attack made of it.
 *
 * @param headers names in lower case; the values of one name with ", " between
 * @param complete whether the body came to its end
 */
public record RawAnswer(
    int status, String reason, Map<String, String> headers, String body, boolean complete) {

  private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.1 ([1-5]\\d\\d) ([ -~]*)");
  private static final Pattern HEADER =
      Pattern.compile("([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \\t]*([ -~\\t\\x80-\\xff]*)");
  private static final int MAX_LINE = 1 << 16;

  /**
   * Reads the next answer.
   *
   * @param bodiless whether the request was a HEAD
   * @return empty if the connection has ended before it
   * @throws AssertionError if what came is no answer
   */
  public static Optional<RawAnswer> read(InputStream in, boolean bodiless) throws IOException {
    String line = line(in);
    if (line == null) {
      return Optional.empty();
    }
    var status = STATUS_LINE.matcher(line);
    if (!status.matches()) {
      throw new AssertionError("no status line: '" + line + "'");
    }
    int code = Integer.parseInt(status.group(1));
    var headers = new TreeMap<String, String>();
    while (true) {
      line = line(in);
      if (line == null) {
        throw new AssertionError("the head ends within itself: " + headers);
      }
      if (line.isEmpty()) {
        break;
      }
      var header = HEADER.matcher(line);
      if (!header.matches()) {
        throw new AssertionError("no header: '" + line + "'");
      }
      headers.merge(
          header.group(1).toLowerCase(Locale.ROOT),
          header.group(2),
          (one, other) -> one + ", " + other);
    }
    var body = new ByteArrayOutputStream();
    boolean complete =
        bodiless || code < 200 || code == 204 || code == 304 || body(in, headers, body);
    return Optional.of(
        new RawAnswer(code, status.group(2), headers, body.toString(UTF_8), complete));
  }

  private static boolean body(
      InputStream in, Map<String, String> headers, ByteArrayOutputStream body) throws IOException {
    String length = headers.get("content-length");
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      if (length != null) {
        throw new AssertionError("chunked and a length: " + headers);
      }
      return chunks(in, body);
    }
    if (length == null || !length.matches("\\d{1,9}")) {
      throw new AssertionError("nothing tells where the body ends: " + headers);
    }
    byte[] bytes = in.readNBytes(Integer.parseInt(length));
    body.writeBytes(bytes);
    return bytes.length == Integer.parseInt(length);
  }

  private static boolean chunks(InputStream in, ByteArrayOutputStream body) throws IOException {
    while (true) {
      String size = line(in);
      if (size == null) {
        return false;
      }
      if (!size.matches("[0-9a-fA-F]{1,7}")) {
        throw new AssertionError("no size of a chunk: '" + size + "'");
      }
      int bytes = Integer.parseInt(size, 16);
      byte[] chunk = in.readNBytes(bytes);
      body.writeBytes(chunk);
      if (chunk.length < bytes) {
        return false;
      }
      String end = line(in);
      if (end == null) {
        return false;
      }
      if (!end.isEmpty()) {
        throw new AssertionError("a chunk is longer than it says: '" + end + "'");
      }
      if (bytes == 0) {
        return true;
      }
    }
  }

  /** A line without its CRLF; null if the connection has ended before it. */
  private static @org.jspecify.annotations.Nullable String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    while (true) {
      int b = in.read();
      if (b < 0) {
        if (line.size() == 0) {
          return null;
        }
        throw new AssertionError("the connection ends within a line: '" + line + "'");
      }
      if (b == '\n') {
        String text = line.toString(ISO_8859_1);
        if (!text.endsWith("\r")) {
          throw new AssertionError("a line ends without CR: '" + text + "'");
        }
        return text.substring(0, text.length() - 1);
      }
      line.write(b);
      if (line.size() > MAX_LINE) {
        throw new AssertionError("a line without end");
      }
    }
  }
}
