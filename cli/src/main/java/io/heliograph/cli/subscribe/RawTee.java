package io.heliograph.cli.subscribe;

import io.heliograph.cli.shell.Stdout;
import java.io.IOException;
import okhttp3.Interceptor;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Okio;
import okio.Source;

/** Writes the bytes of each stream to stdout, before the SDK reads them. */
final class RawTee implements Interceptor {
  private final Stdout out;
  private final Runnable readerLeft;

  /**
   * Passes all on to stdout.
   *
   * @param readerLeft called once nobody reads it any more
   */
  RawTee(Stdout out, Runnable readerLeft) {
    this.out = out;
    this.readerLeft = readerLeft;
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
          out.bytes(bytes.readByteArray());
        } catch (IOException e) {
          readerLeft.run();
          throw e;
        }
      }
      return count;
    }
  }
}
