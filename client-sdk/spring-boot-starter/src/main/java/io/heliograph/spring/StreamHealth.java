package io.heliograph.spring;

import io.heliograph.client.CloseReason;
import io.heliograph.client.Subscription;
import java.util.Map;
import java.util.TreeMap;

/**
 * What health says of the streams, for Boot 3 and Boot 4. A stream that waits for its server is up:
 * the program is as good as before, and taking it out of service because a server restarts would
 * make two outages of one.
 */
final class StreamHealth {
  private final HeliographStreams streams;

  StreamHealth(HeliographStreams streams) {
    this.streams = streams;
  }

  /** Whether no stream is over because it was refused, given up, or its handler failed. */
  boolean isUp() {
    return streams.subscriptions().values().stream().noneMatch(StreamHealth::isLost);
  }

  /** The state of each stream by the name of its bean. */
  Map<String, Object> details() {
    var details = new TreeMap<String, Object>();
    streams
        .subscriptions()
        .forEach((name, subscription) -> details.put(name, describe(subscription)));
    return details;
  }

  private static boolean isLost(Subscription subscription) {
    return subscription
        .closeReason()
        .filter(reason -> reason != CloseReason.BY_CALLER && reason != CloseReason.BY_SERVER)
        .isPresent();
  }

  private static String describe(Subscription subscription) {
    return subscription
        .closeReason()
        .map(reason -> "CLOSED, " + reason)
        .orElse(subscription.state().name());
  }
}
