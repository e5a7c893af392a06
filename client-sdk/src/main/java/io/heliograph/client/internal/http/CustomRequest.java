package io.heliograph.client.internal.http;

import io.heliograph.client.AttemptObserver;
import io.heliograph.client.AttemptRequest;
import java.net.URI;
import java.util.Objects;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/** A request that its user may still change. */
public final class CustomRequest implements AttemptRequest {
  private final int number;
  private final String lastEventId;
  private final Request.Builder request;
  private HttpUrl url;
  private @Nullable AttemptObserver observer;

  public CustomRequest(int number, String lastEventId, Request original) {
    this.number = number;
    this.lastEventId = lastEventId;
    this.request = original.newBuilder();
    this.url = original.url();
  }

  public Request build() {
    return request.url(url).build();
  }

  /** Null: nobody wants to see it. */
  public @Nullable AttemptObserver observer() {
    return observer;
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

  @Override
  public void observe(AttemptObserver newObserver) {
    observer = Objects.requireNonNull(newObserver, "observer");
  }
}
