package io.heliograph.server.presence;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.hub.Hub;
import java.time.Duration;

/** One node that has no others. */
class LocalPresenceTest extends PresenceContract {

  @Override
  protected Presence open(Hub hub, Duration grace) {
    return new LocalPresence(hub, grace, NanoClock.SYSTEM);
  }
}
