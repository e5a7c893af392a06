package io.heliograph.client.internal.session;

import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.ReconnectPolicy;
import io.heliograph.client.Signal;
import io.heliograph.client.internal.http.Responses;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Decides what follows the end of a connection: which wait, at which endpoint, or none any more.
 * Confined to the session's consumer.
 */
final class Comeback {
  /**
   * When a stream times out OkHttp pings its HTTP/2 connection, and takes it as dead if no answer
   * came for a second. Until then the next attempt would get the same one.
   */
  private static final Duration HTTP2_VERDICT = Duration.ofMillis(1200);

  private final ReconnectPolicy policy;
  private final Retries retries;
  // The latest that any connection brought; -1 for none.
  private long retryMillis = -1;

  Comeback(ReconnectPolicy policy, int endpoints) {
    this.policy = policy;
    this.retries = new Retries(policy, endpoints);
  }

  /** Where the next attempt goes. */
  int endpoint() {
    return retries.endpoint();
  }

  /** As if nothing had failed. */
  void startOver() {
    retries.startOver();
  }

  /** Counts the end of an attempt that went to {@link #endpoint}. */
  void ended(Attempt attempt, Cause cause) {
    if (attempt.retryMillis() >= 0) {
      retryMillis = attempt.retryMillis();
    }
    retries.ended(attempt.wasStableFor(policy.stableAfter()), cause);
  }

  /**
   * What follows: {@link Signal.Reconnecting} or {@link Signal.Closed}.
   *
   * @param ended null where no attempt had begun
   * @param finality why it is the last one, where that is known
   * @param once whether the request must not be sent again
   */
  Signal after(@Nullable Attempt ended, Cause cause, Optional<CloseReason> finality, boolean once) {
    boolean never = policy.maxFailures() == 0;
    if (ended != null && endedInOrder(ended, cause) && !once && !never) {
      retries.startOver(); // Not a failure: the server ends each answer so.
      return new Signal.Reconnecting(0, Responses.floor(Duration.ofMillis(retryMillis)));
    }
    if (finality.isPresent()) {
      return new Signal.Closed(finality.get(), cause);
    }
    if (once || retries.exhausted()) {
      boolean opened = ended != null && ended.isOpen();
      return new Signal.Closed(
          opened && (once || never) ? Responses.onlyAnswer(cause) : CloseReason.GAVE_UP, cause);
    }
    Duration delay = retries.next(floor(ended, cause), ThreadLocalRandom.current().nextDouble());
    return new Signal.Reconnecting(retries.failures(), delay);
  }

  /**
   * Whether the server did all it could: it ended an answer that brought something, and said when
   * to come back. A server that polls its own sources does so each time.
   */
  private boolean endedInOrder(Attempt ended, Cause cause) {
    if (cause instanceof Cause.ServerClosed end) {
      return !end.truncated() && ended.figures().events() > 0 && retryMillis >= 0;
    }
    return cause instanceof Cause.ServerClosing closing
        && closing.reconnect()
        && !closing.reason().equals("drain") // Another endpoint may be up meanwhile.
        && !ended.isRefused()
        && ended.retryMillis() >= 0;
  }

  private Duration floor(@Nullable Attempt ended, Cause cause) {
    Duration floor = Responses.floor(Duration.ofMillis(Math.max(0, retryMillis)));
    if (ended != null
        && ended.isOverHttp2()
        && cause instanceof Cause.HeartbeatTimeout
        && floor.compareTo(HTTP2_VERDICT) < 0) {
      return HTTP2_VERDICT;
    }
    if (cause instanceof Cause.HttpStatus status
        && status.retryAfter().isPresent()
        && status.retryAfter().get().compareTo(floor) > 0) {
      floor = status.retryAfter().get();
    }
    return floor;
  }
}
