package io.heliograph.cli.access;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** One GET and its answer as it came over the network. Any thread may close it. */
public final class Exchange implements AutoCloseable {
  private final Call call;

  /** The head of the answer; names of headers are in lower case. */
  public record Head(int status, String protocol, Map<String, List<String>> headers) {
    /** The first header of this name; {@code ""} for none. */
    public String header(String name) {
      return headers.getOrDefault(name, List.of("")).getFirst();
    }
  }

  @FunctionalInterface
  public interface Reader {
    /** Called once, with the body that may still be on its way. */
    void read(Head head, InputStream body) throws IOException;
  }

  /** Sends nothing yet. Only connecting has a limit; the answer may take any time. */
  public Exchange(Access access, URI uri, Map<String, String> headers, Duration connect)
      throws IOException {
    OkHttpClient client =
        access
            .to(new OkHttpClient.Builder())
            .connectTimeout(connect)
            .readTimeout(Duration.ZERO)
            .retryOnConnectionFailure(false)
            .followRedirects(false)
            .build();
    Request.Builder request = access.to(new Request.Builder()).url(uri.toString());
    headers.forEach(request::header);
    call = client.newCall(request.build());
  }

  /** Sends the request and reads the answer, until its end or {@link #close}. */
  public void run(Reader reader) throws IOException {
    try (Response response = call.execute()) {
      // As they came: OkHttp undoes a compression, and takes its header away.
      Response network = Objects.requireNonNullElse(response.networkResponse(), response);
      reader.read(
          new Head(response.code(), response.protocol().toString(), network.headers().toMultimap()),
          response.body().byteStream());
    }
  }

  @Override
  public void close() {
    call.cancel();
  }
}
