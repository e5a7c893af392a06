package io.heliograph.client.internal;

import io.heliograph.client.AttemptRequest;
import java.net.URI;
import okhttp3.HttpUrl;
import okhttp3.Request;

/** A request that its user may still change. */
final class CustomRequest implements AttemptRequest {
  private final int number;
  private final String lastEventId;
  private final Request.Builder request;
  private HttpUrl url;

  CustomRequest(int number, String lastEventId, Request original) {
    this.number = number;
    this.lastEventId = lastEventId;
    this.request = original.newBuilder();
    this.url = original.url();
  }

  Request build() {
    return request.url(url).build();
  }

  @Override
  public int number() {
    return number;
  }

  @Override
  public String lastEventId() {
    return lastEventId;
  }

  @Override
  public URI uri() {
    return url.uri();
  }

  @Override
  public void uri(URI uri) {
    url = HttpUrl.get(uri.toString()); // Refuses any other scheme, and what is not absolute.
  }

  @Override
  public void header(String name, String value) {
    request.header(name, value);
  }

  @Override
  public void query(String name, String value) {
    url = url.newBuilder().setQueryParameter(name, value).build();
  }
}
