package io.heliograph.client;

import io.heliograph.client.internal.http.HeaderLines;
import io.heliograph.client.internal.http.OneShotBody;
import io.heliograph.client.internal.http.Urls;
import io.heliograph.client.internal.session.StreamPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Turns a spec into the requests of its stream and the position where it starts.
 *
 * @param endpoints of the client, in the order in which they are tried
 * @param headers of all requests
 * @param store null where a stream starts as its spec says
 */
record Planner(List<URI> endpoints, HeaderLines headers, @Nullable ResumeStore store) {
  Planner {
    endpoints = List.copyOf(endpoints);
  }

  StreamPlan plan(StreamSpec spec) {
    List<Request> requests =
        endpoints.stream()
            .map(spec::resolve)
            .distinct() // An absolute reference is the same at all of them.
            .map(uri -> request(uri, spec))
            .collect(Collectors.toUnmodifiableList()); // Of one element it is the smaller one.
    HttpUrl first = requests.get(0).url();
    String name = spec.name().isEmpty() ? Urls.shown(first).toString() : spec.name();
    return new StreamPlan(name, requests, position(name, spec), spec.mayRepeat(), spec.until());
  }

  private Request request(URI uri, StreamSpec spec) {
    var request =
        new Request.Builder()
            .url(HttpUrl.get(uri.toString()))
            .header("Accept", "text/event-stream")
            .header("Cache-Control", "no-cache");
    headers.to(request);
    spec.headers().to(request);
    StreamSpec.Body body = spec.body();
    if (body != null) {
      request.post(OneShotBody.of(body.contentType(), body.text()));
    }
    return request.build();
  }

  private String position(String name, StreamSpec spec) {
    if (store == null) {
      return spec.lastEventId();
    }
    try {
      Optional<String> saved = Objects.requireNonNull(store.load(name), "the result of load");
      return saved.map(StreamSpec::requireId).orElse(spec.lastEventId());
    } catch (IOException e) {
      throw new UncheckedIOException("the position of the stream " + name + " cannot be read", e);
    }
  }
}
