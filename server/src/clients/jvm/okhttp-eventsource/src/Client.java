import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.background.BackgroundEventHandler;
import com.launchdarkly.eventsource.background.BackgroundEventSource;
import java.net.URI;
import java.util.concurrent.TimeUnit;

/** LaunchDarkly's okhttp-eventsource. */
final class Client {

  public static void main(String[] arguments) throws Exception {
    Program.run(Client::open);
  }

  private static AutoCloseable open(URI uri, Program.Reports reports) {
    var connect =
        ConnectStrategy.http(uri)
            .readTimeout(35, TimeUnit.SECONDS) // Its default is 5 s.
            .requestTransformer(
                request ->
                    Program.authorization().isEmpty()
                        ? request
                        : request
                            .newBuilder()
                            .header("Authorization", Program.authorization())
                            .build());
    var source =
        new BackgroundEventSource.Builder(
                new Handler(reports),
                new EventSource.Builder(connect).retryDelay(1, TimeUnit.SECONDS))
            .build();
    source.start();
    return source;
  }

  private record Handler(Program.Reports reports) implements BackgroundEventHandler {
    @Override
    public void onOpen() {}

    @Override
    public void onClosed() {}

    @Override
    public void onMessage(String type, MessageEvent event) {
      reports.event(event.getLastEventId(), type, event.getData());
    }

    @Override
    public void onComment(String comment) {}

    @Override
    public void onError(Throwable error) {
      System.err.println(error);
    }
  }
}
