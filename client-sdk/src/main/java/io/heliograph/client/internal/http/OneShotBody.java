package io.heliograph.client.internal.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/** A body that OkHttp must not send a second time by itself: that could publish an event twice. */
public final class OneShotBody extends RequestBody {
  private final MediaType type;
  private final byte[] bytes;

  private OneShotBody(MediaType type, byte[] bytes) {
    this.type = type;
    this.bytes = bytes;
  }

  /**
   * A text, in UTF-8.
   *
   * @throws IllegalArgumentException if the type is no media type
   */
  public static RequestBody of(String contentType, String text) {
    return new OneShotBody(MediaType.get(contentType), text.getBytes(StandardCharsets.UTF_8));
  }

  /** A JSON text, in UTF-8. */
  public static RequestBody json(String json) {
    return of("application/json", json);
  }

  @Override
  public MediaType contentType() {
    return type;
  }

  @Override
  public long contentLength() {
    return bytes.length;
  }

  @Override
  public void writeTo(BufferedSink sink) throws IOException {
    sink.write(bytes);
  }

  @Override
  public boolean isOneShot() {
    return true;
  }
}
