package io.heliograph.server.http;

import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.auth.Caller;
import io.heliograph.server.hub.Lease;
import java.util.Optional;

/**
 * A request that may be answered.
 *
 * @param caller who sent it; empty if authentication is off or the route is open to all
 * @param lease for how long a stream that it asks for may stay open
 * @param leave gives back what the request took
 */
record Admission(Optional<Caller> caller, Lease lease, Runnable leave) implements AutoCloseable {

  static final Admission OF_ANYBODY = new Admission(Optional.empty(), Lease.ENDLESS, () -> {});

  /** The one that {@link Gate} gave to the request. */
  static Admission of(ServerRequest request) {
    return request
        .context()
        .get(Admission.class)
        .orElseThrow(() -> new IllegalStateException("a route without the gate before it"));
  }

  @Override
  public void close() {
    leave.run();
  }
}
