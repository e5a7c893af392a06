package io.heliograph.server.proxy;

import io.heliograph.server.BlockReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * A reader over any version of HTTP, through any compression that a proxy brings in. On HTTP/1.1 it
 * leaves by closing its connection; on HTTP/2 it resets its stream, and the connection stays.
 */
final class ProxiedReader extends BlockReader {

  private final HttpResponse<InputStream> response;
  private final byte[] buffer = new byte[8192];
  // Confined to the thread that reads: unpacking waits for the first bytes.
  private @Nullable InputStream unpacked;

  private ProxiedReader(HttpResponse<InputStream> response) {
    this.response = response;
    start();
  }

  static ProxiedReader open(HttpClient client, URI uri, String... headers) throws Exception {
    var request = HttpRequest.newBuilder(uri).header("Accept", "text/event-stream");
    if (headers.length > 0) {
      request.headers(headers);
    }
    return new ProxiedReader(
        client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream()));
  }

  HttpResponse<InputStream> response() {
    return response;
  }

  boolean isCompressed() {
    return response.headers().firstValue("Content-Encoding").isPresent();
  }

  @Override
  public ProxiedReader awaitLive() throws InterruptedException {
    super.awaitLive();
    return this;
  }

  @Override
  protected byte[] nextPiece() throws IOException {
    InputStream in = unpacked;
    if (in == null) {
      in = isCompressed() ? new GZIPInputStream(response.body()) : response.body();
      unpacked = in;
    }
    return Arrays.copyOf(buffer, Math.max(0, in.read(buffer)));
  }

  @Override
  public void close() {
    try {
      response.body().close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
