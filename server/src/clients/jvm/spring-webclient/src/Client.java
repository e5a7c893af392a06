import java.net.URI;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.util.retry.Retry;

/**
 * Spring's WebClient. It reads a stream and does nothing else: the cursor, the wait and the return
 * are this program's.
 */
final class Client {

  private static final ParameterizedTypeReference<ServerSentEvent<String>> EVENT =
      new ParameterizedTypeReference<>() {};

  public static void main(String[] arguments) throws Exception {
    Program.run(Client::open);
  }

  private static AutoCloseable open(URI uri, Program.Reports reports) {
    var web = WebClient.create();
    var cursor = new AtomicReference<String>();
    var wait = new AtomicReference<>(Duration.ofSeconds(1));
    Flux<ServerSentEvent<String>> once =
        Flux.defer(
            () ->
                web.get()
                    .uri(uri)
                    .accept(MediaType.TEXT_EVENT_STREAM)
                    .headers(
                        headers -> {
                          if (cursor.get() != null) {
                            headers.set("Last-Event-ID", cursor.get());
                          }
                          if (!Program.authorization().isEmpty()) {
                            headers.set("Authorization", Program.authorization());
                          }
                        })
                    .exchangeToFlux(
                        response ->
                            response.statusCode().equals(HttpStatus.OK)
                                ? response.bodyToFlux(EVENT)
                                : Flux.error(new Refused(response.statusCode().value()))));
    var subscription =
        once.doOnNext(
                event -> {
                  if (event.id() != null) {
                    cursor.set(event.id());
                  }
                  if (event.retry() != null) {
                    wait.set(event.retry());
                  }
                  reports.event(event.id(), event.event(), event.data());
                })
            .repeatWhen(ends -> ends.concatMap(end -> Flux.just(end).delayElements(wait.get())))
            .retryWhen(
                Retry.from(
                    failures ->
                        failures.concatMap(
                            failure ->
                                failure.failure() instanceof Refused
                                    ? Flux.error(failure.failure())
                                    : Flux.just(failure).delayElements(wait.get()))))
            .subscribe(event -> {}, error -> reports.ended(error.toString()));
    return subscription::dispose;
  }

  /** 204 and all other answers that are no stream. */
  private static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    private Refused(int status) {
      super("status " + status);
    }
  }
}
