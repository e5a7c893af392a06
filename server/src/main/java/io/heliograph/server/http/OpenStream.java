package io.heliograph.server.http;

import io.heliograph.server.auth.Tickets;
import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Connection;
import io.heliograph.server.hub.Connections;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.StreamSpec;
import io.heliograph.server.limit.ConnectionLimits;
import io.heliograph.server.observe.LogLine;
import java.time.Duration;
import java.time.Instant;

/**
 * What a stream keeps of its request, which may have ended long before the stream: its place, its
 * ticket, and its log lines. The creator must close it, which releases both unless the stream has
 * begun.
 */
final class OpenStream implements Hub.Ended, AutoCloseable {

  private static final System.Logger LOG = System.getLogger("io.heliograph.server.streams");

  private final Connections open;
  private final UserId reader;
  private final String request;
  private final ConnectionLimits.Place place;
  private final Tickets.Hold hold;

  // Confined to the request's thread.
  private boolean begun;

  /**
   * Takes over the place and the ticket.
   *
   * @param open the users' connections, counted in the log lines
   * @param reader the stream's user, for the log
   * @param request the id of the request
   */
  OpenStream(
      Connections open,
      UserId reader,
      String request,
      ConnectionLimits.Place place,
      Tickets.Hold hold) {
    this.open = open;
    this.reader = reader;
    this.request = request;
    this.place = place;
    this.hold = hold;
  }

  /** The stream opens; {@link #ended} follows. */
  void begun(StreamSpec spec) {
    begun = true;
    hold.begun();
    log(
        LogLine.of("opened")
            .with("user", reader)
            .with("remote", spec.remote())
            .with("agent", spec.agent()));
  }

  /** The stream has ended. Any thread may call this. */
  @Override
  public void ended(Connection connection, CloseReason reason) {
    try {
      log(
          LogLine.of("closed")
              .with("user", reader)
              .with("remote", connection.remote())
              .with("reason", reason.text())
              .with("seconds", Duration.between(connection.since(), Instant.now()).toSeconds())
              .with("events", connection.events()));
    } finally {
      letGo();
    }
  }

  private void log(LogLine line) {
    if (LOG.isLoggable(System.Logger.Level.INFO)) {
      LOG.log(
          System.Logger.Level.INFO,
          "{0}",
          line.with("users", open.users())
              .with("connections", open.count())
              .with("request", request));
    }
  }

  private void letGo() {
    place.close();
    hold.close();
  }

  @Override
  public void close() {
    if (!begun) {
      letGo();
    }
  }
}
