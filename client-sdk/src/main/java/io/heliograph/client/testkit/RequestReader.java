package io.heliograph.client.testkit;

import io.heliograph.client.testkit.Exchange.Request;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads requests of HTTP/1.1, as well-behaved clients send them. */
final class RequestReader {
  private RequestReader() {}

  /** The next one; null if the peer has left. */
  static @Nullable Request read(InputStream in) throws IOException {
    String first = line(in);
    if (first == null) {
      return null;
    }
    String[] words = first.split(" ", 3);
    if (words.length < 3 || !words[2].startsWith("HTTP/1.")) {
      throw new IllegalStateException(
          "not an HTTP/1 request; does the client use TLS, or HTTP/2 with prior"
              + " knowledge? It began: "
              + first.substring(0, Math.min(40, first.length())).replaceAll("[^ -~]", "?"));
    }
    var headers = new ArrayList<Map.Entry<String, String>>();
    int length = 0;
    boolean chunked = false;
    for (String line = line(in); line != null && !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      if (colon < 0) {
        throw new IllegalStateException("a line among the headers has no colon: " + line);
      }
      String name = line.substring(0, colon);
      String value = line.substring(colon + 1).strip();
      headers.add(Map.entry(name, value));
      if (name.equalsIgnoreCase("Content-Length")) {
        length = Integer.parseInt(value);
      }
      chunked |= name.equalsIgnoreCase("Transfer-Encoding") && value.equalsIgnoreCase("chunked");
    }
    byte[] body = chunked ? chunks(in) : in.readNBytes(length);
    return new Request(
        words[0],
        words[1],
        List.copyOf(headers),
        new String(body, StandardCharsets.UTF_8),
        System.nanoTime());
  }

  private static byte[] chunks(InputStream in) throws IOException {
    var body = new ByteArrayOutputStream();
    while (true) {
      String size = line(in);
      if (size == null) {
        throw new EOFException("the client disconnected before the end of its request");
      }
      int length = Integer.parseInt(size, 16);
      body.writeBytes(in.readNBytes(length));
      line(in);
      if (length == 0) {
        return body.toByteArray();
      }
    }
  }

  private static @Nullable String line(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      if (b == '\n') {
        return bytes.toString(StandardCharsets.ISO_8859_1).stripTrailing();
      }
      bytes.write(b);
    }
    return null;
  }
}
