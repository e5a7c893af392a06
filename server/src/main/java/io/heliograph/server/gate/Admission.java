package io.heliograph.server.gate;

import io.helidon.webserver.http.Handler;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import io.heliograph.server.auth.Caller;
import io.heliograph.server.auth.Tickets;
import io.heliograph.server.hub.Lease;
import java.util.Optional;

/** A request that passed the gate. */
public final class Admission implements AutoCloseable {

  // Not in Helidon's request context, which is the thread's where the program that embeds the
  // server has one: then all requests would share it.
  private static final ScopedValue<Admission> CURRENT = ScopedValue.newInstance();

  private final Optional<Caller> caller;
  private final Lease lease;

  // Confined to the request's thread.
  private Tickets.Hold hold;

  /**
   * Admits a request.
   *
   * @param caller empty if authentication is off or the scrape token was presented
   * @param lease for how long a requested stream may stay open
   * @param hold the ticket's hold, if the request presented a ticket
   */
  Admission(Optional<Caller> caller, Lease lease, Tickets.Hold hold) {
    this.caller = caller;
    this.lease = lease;
    this.hold = hold;
  }

  static Admission ofAnybody() {
    return new Admission(Optional.empty(), Lease.ENDLESS, Tickets.Hold.NONE);
  }

  /** The one that {@link Gate} gave to the request that this thread answers. */
  public static Admission current() {
    return CURRENT.orElseThrow(
        () -> new IllegalStateException("a route without the gate before it"));
  }

  /** The caller; empty if authentication is off or the scrape token was presented. */
  public Optional<Caller> caller() {
    return caller;
  }

  /** For how long a requested stream may stay open. */
  public Lease lease() {
    return lease;
  }

  /**
   * Transfers the ticket's hold to a stream that outlives the request. The caller must close it.
   */
  public Tickets.Hold takeHold() {
    Tickets.Hold taken = hold;
    hold = Tickets.Hold.NONE;
    return taken;
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
