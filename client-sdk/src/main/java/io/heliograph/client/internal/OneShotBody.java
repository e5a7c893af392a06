package io.heliograph.client.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import okhttp3.MediaType;
import okhttp3.RequestBody;
import okio.BufferedSink;

/** A body that OkHttp must not send a second time by itself: that could publish an event twice. */
public final class OneShotBody extends RequestBody {
  private static final MediaType JSON = MediaType.get("application/json");

  private final byte[] bytes;

  private OneShotBody(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A JSON text, in UTF-8. */
  public static RequestBody json(String json) {
    return new OneShotBody(json.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public MediaType contentType() {
    return JSON;
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
