package io.heliograph.server.hub;

import io.heliograph.server.event.Globs;
import io.heliograph.server.event.UserId;
import io.heliograph.server.log.From;
import java.util.Optional;

/**
 * What a reader asked for, and who it is.
 *
 * @param lastEventId the cursor that the reader sent, whatever it holds
 * @param from where a reader without a cursor starts
 * @param remote the peer's address, for people
 * @param agent what the peer calls itself, for people; "" if it does not say
 * @param lease for how long it may read
 * @param types which events the reader wants
 * @param heartbeat how its stream breaks its own silence
 * @param traces whether the reader wants the traces of events
 */
public record StreamSpec(
    UserId user,
    Optional<String> lastEventId,
    From from,
    String remote,
    String agent,
    Lease lease,
    Globs types,
    Heartbeat heartbeat,
    boolean traces) {

  /** Of a reader that wants everything, for as long as it likes. */
  public StreamSpec(
      UserId user, Optional<String> lastEventId, boolean fromOldest, String remote, String agent) {
    this(
        user,
        lastEventId,
        fromOldest ? From.OLDEST : From.NOW,
        remote,
        agent,
        Lease.ENDLESS,
        Globs.ALL,
        Heartbeat.DEFAULT,
        false);
  }
}
