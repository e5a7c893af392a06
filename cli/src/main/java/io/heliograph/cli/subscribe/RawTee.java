package io.heliograph.cli.subscribe;

import java.io.IOException;
import java.util.function.Consumer;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/** Gives the bytes of each stream to somebody, before the SDK reads them. */
final class RawTee implements Interceptor {
  /** Takes bytes as they come. */
  @FunctionalInterface
  interface Bytes {
    void take(byte[] bytes) throws IOException;
  }

  private final Bytes taker;
  private final Consumer<IOException> failed;

  /**
   * Passes all on.
   *
   * @param failed called if it cannot be taken, and so all is to end
   */
  RawTee(Bytes taker, Consumer<IOException> failed) {
    this.taker = taker;
    this.failed = failed;
  }

  @Override
  public Response intercept(Chain chain) throws IOException {
    Response response = chain.proceed(chain.request());
    ResponseBody body = response.body();
    if (response.code() != 200) {
      return response; // An answer, but no stream.
    }
    return response
        .newBuilder()
        .body(
            ResponseBody.create(
                Okio.buffer(new Copy(body.source())), body.contentType(), body.contentLength()))
        .build();
  }

  private final class Copy extends ForwardingSource {
    Copy(Source source) {
      super(source);
    }

    @Override
    public long read(Buffer sink, long byteCount) throws IOException {
      long count = super.read(sink, byteCount);
      if (count > 0) {
        var bytes = new Buffer();
        sink.copyTo(bytes, sink.size() - count, count);
        try {
          taker.take(bytes.readByteArray());
        } catch (IOException e) {
          failed.accept(e);
          throw e;
        }
      }
      return count;
    }
  }
}
