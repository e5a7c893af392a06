package io.heliograph.server.http;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.request.HeadRequest;
import io.heliograph.server.request.Requests;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;

/** A file that browsers load: compressed for those that accept it, and once. Thread-safe. */
final class StaticFile {

  private static final int HASH_LENGTH = 16;

  // Not with a weight of 0, which refuses it.
  private static final Pattern GZIP =
      Pattern.compile("gzip\\s*(;\\s*q=(1(\\.0*)?|0\\.\\d*[1-9]\\d*)\\s*)?");

  private final String contentType;
  private final byte[] plain;
  private final byte[] compressed;
  private final String hash;

  StaticFile(String contentType, byte[] content) {
    this.contentType = contentType;
    this.plain = content;
    this.compressed = gzip(content);
    this.hash = sha256(content).substring(0, HASH_LENGTH);
  }

  /** Changes with the content. */
  String hash() {
    return hash;
  }

  /**
   * Sends it, or 304 to a caller that has it.
   *
   * @param cacheControl what caches may do with it
   */
  void send(ServerRequest request, ServerResponse response, String cacheControl) {
    boolean gzip = acceptsGzip(request);
    // Two representations, so two tags (RFC 9110, section 8.8.3.3).
    String tag = '"' + hash + (gzip ? "-gzip" : "") + '"';
    response.headers().set(HeaderNames.CONTENT_TYPE, contentType);
    response.headers().set(HeaderNames.CACHE_CONTROL, cacheControl);
    response.headers().set(HeaderNames.ETAG, tag);
    response.headers().add(HeaderNames.VARY, "Accept-Encoding");
    if (hasCopy(request, tag)) {
      response.status(Status.NOT_MODIFIED_304).send();
      return;
    }
    if (gzip) {
      response.headers().set(HeaderNames.CONTENT_ENCODING, "gzip");
    }
    HeadRequest.send(response, gzip ? compressed : plain);
  }

  private static boolean acceptsGzip(ServerRequest request) {
    return items(request, HeaderNames.ACCEPT_ENCODING)
        .anyMatch(item -> GZIP.matcher(item).matches());
  }

  private static boolean hasCopy(ServerRequest request, String tag) {
    return items(request, HeaderNames.IF_NONE_MATCH)
        // A proxy that compresses makes a strong tag weak, and sends the weak one back.
        .anyMatch(item -> item.equals(tag) || item.equals("W/" + tag));
  }

  private static Stream<String> items(ServerRequest request, HeaderName name) {
    return Requests.header(request, name).stream()
        .flatMap(list -> Arrays.stream(list.split(",")))
        .map(String::strip);
  }

  private static byte[] gzip(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JVM has SHA-256", e);
    }
  }
}
