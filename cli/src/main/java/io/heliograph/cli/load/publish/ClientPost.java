package io.heliograph.cli.load.publish;

import io.heliograph.cli.load.plan.Way;
import io.heliograph.cli.option.Header;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/** Posts by OkHttp, which connects by itself: through a proxy, or over TLS or HTTP/2. */
final class ClientPost implements Post {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final List<Header> headers;
  private final OkHttpClient client;

  ClientPost(List<Header> headers, Way way) {
    this.headers = headers;
    this.client =
        way.client()
            .apply(new OkHttpClient.Builder())
            .connectionPool(new ConnectionPool(1, LIMIT.toSeconds(), TimeUnit.SECONDS))
            .retryOnConnectionFailure(false) // Nobody may send a publish twice.
            .followRedirects(false)
            .callTimeout(LIMIT)
            .build();
  }

  @Override
  public int post(URI uri, byte[] body) throws IOException {
    Request.Builder request =
        new Request.Builder().url(uri.toString()).post(RequestBody.create(body));
    headers.forEach(header -> request.addHeader(header.name(), header.value()));
    try (Response response = client.newCall(request.build()).execute()) {
      return response.code();
    }
  }

  @Override
  public void close() {
    client.connectionPool().evictAll();
  }
}
