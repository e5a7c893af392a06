import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.client.DefaultHttpClientConfiguration;
import io.micronaut.http.client.exceptions.HttpClientResponseException;
import io.micronaut.http.client.sse.SseClient;
import io.micronaut.http.sse.Event;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/**
 * Micronaut's SseClient. It reads a stream and does nothing else: the cursor, the wait and the
 * return are this program's.
 */
final class Client {

  public static void main(String[] arguments) throws Exception {
    Program.run(Client::open);
  }

  private static AutoCloseable open(URI uri, Program.Reports reports) throws Exception {
    var configuration = new DefaultHttpClientConfiguration();
    configuration.setReadTimeout(Duration.ofSeconds(35)); // Its default is 10 s.
    var client = SseClient.create(uri.toURL(), configuration);
    var cursor = new AtomicReference<String>();
    var wait = new AtomicReference<>(Duration.ofSeconds(1));
    Flux<Event<String>> once =
        Flux.defer(
            () -> {
              var request = HttpRequest.GET(uri).accept(MediaType.TEXT_EVENT_STREAM_TYPE);
              if (cursor.get() != null) {
                request.header("Last-Event-ID", cursor.get());
              }
              if (!Program.authorization().isEmpty()) {
                request.header("Authorization", Program.authorization());
              }
              return client.eventStream(request, Argument.STRING);
            });
    var subscription =
        once.doOnNext(
                event -> {
                  if (event.getId() != null) {
                    cursor.set(event.getId());
                  }
                  if (event.getRetry() != null) {
                    wait.set(event.getRetry());
                  }
                  reports.event(event.getId(), event.getName(), event.getData());
                })
            .repeatWhen(ends -> ends.concatMap(end -> Flux.just(end).delayElements(wait.get())))
            .retryWhen(
                Retry.from(
                    failures ->
                        failures.concatMap(
                            failure -> {
                              System.err.println(failure.failure());
                              return failure.failure() instanceof HttpClientResponseException
                                  ? Flux.error(failure.failure())
                                  : Flux.just(failure).delayElements(wait.get());
                            })))
            .subscribe(event -> {}, error -> reports.ended(error.toString()));
    return subscription::dispose;
  }
}
