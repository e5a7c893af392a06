package io.heliograph.server.gate;

import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.auth.Caller;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.hub.Lease;
import java.util.Optional;

/**
 * A request that may be answered.
 *
 * @param caller who sent it; empty if authentication is off or the scrape token was shown
 * @param lease for how long a stream that it asks for may stay open
 * @param hold what the request holds of its ticket
 */
public record Admission(Optional<Caller> caller, Lease lease, Tickets.Hold hold)
    implements AutoCloseable {

  static final Admission OF_ANYBODY =
      new Admission(Optional.empty(), Lease.ENDLESS, Tickets.Hold.NONE);

  // Not in Helidon's request context, which is the thread's where the program that embeds the
  // server has one: then all requests would share it.
  private static final ScopedValue<Admission> CURRENT = ScopedValue.newInstance();

  /** The one that {@link Gate} gave to the request that this thread answers. */
  public static Admission current() {
    return CURRENT.orElseThrow(
        () -> new IllegalStateException("a route without the gate before it"));
  }

  /** Lets the handler answer under this admission. */
  void handle(Handler handler, ServerRequest request, ServerResponse response) throws Exception {
    ScopedValue.where(CURRENT, this)
        .call(
            () -> {
              handler.handle(request, response);
              return true;
            });
  }

  @Override
  public void close() {
    hold.close();
  }
}
