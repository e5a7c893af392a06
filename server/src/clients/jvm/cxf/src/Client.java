import jakarta.ws.rs.client.ClientBuilder;
import jakarta.ws.rs.client.ClientRequestFilter;
import jakarta.ws.rs.sse.SseEventSource;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** Jakarta REST's SseEventSource, of Jersey or CXF: whichever is on the class path. */
final class Client {

  public static void main(String[] arguments) throws Exception {
    Program.run(Client::open);
  }

  private static AutoCloseable open(URI uri, Program.Reports reports) {
    ClientRequestFilter authorization =
        request -> {
          if (!Program.authorization().isEmpty()) {
            request.getHeaders().putSingle("Authorization", Program.authorization());
          }
        };
    var target = ClientBuilder.newClient().register(authorization).target(uri);
    var source = SseEventSource.target(target).reconnectingEvery(1, TimeUnit.SECONDS).build();
    source.register(
        event -> reports.event(event.getId(), event.getName(), event.readData()),
        error -> System.err.println(error));
    source.open();
    return source;
  }
}
