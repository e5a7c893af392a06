package io.heliograph.client.internal.read;

import io.heliograph.client.Cause;
import io.heliograph.client.Heartbeat;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.Responses;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Response;
import okio.Buffer;
import okio.BufferedSource;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * How long a stream may be silent. The time-out of the body's source counts from the last byte of
 * this stream, also through gzip and on HTTP/2, and only while somebody reads: a slow listener
 * raises no false alarm. Confined to the thread that opens and the one that reads.
 */
public final class SilenceLimit {
  private final Heartbeat heartbeat;
  private final Ticks ticks;
  private final BufferedSource body;
  // Null where the socket's own clock will do.
  private final @Nullable SilenceAlarm alarm;
  private @Nullable Duration limit;
  private boolean announced;
  private long lastByteAt;

  /** Begins to count, now that the head of a response is there. */
  public SilenceLimit(Heartbeat heartbeat, Ticks ticks, Response response, Call call) {
    this.heartbeat = heartbeat;
    this.ticks = ticks;
    body = response.body().source();
    alarm = ticks.source() == null ? null : new SilenceAlarm(body, call, ticks, ticks.source());
    set(Responses.heartbeatInterval(response));
    received();
  }

  /** The body, whose reads fail with a {@code SocketTimeoutException} at the limit. */
  public Source source() {
    return alarm == null ? body : alarm;
  }

  /** What of it can be read without waiting. */
  public Buffer buffered() {
    return body.getBuffer();
  }

  /** Empty where the stream may be silent for ever. */
  public Optional<Duration> limit() {
    return Optional.ofNullable(limit);
  }

  /** What the stream itself says: a proxy may have dropped the header, and this is as good. */
  public void announce(Optional<Duration> interval) {
    if (!announced && interval.isPresent()) {
      set(interval);
    }
  }

  private void set(Optional<Duration> interval) {
    announced = interval.isPresent();
    if (heartbeat instanceof Heartbeat.Fixed fixed) {
      limit = fixed.limit();
    } else if (heartbeat instanceof Heartbeat.ServerAnnounced server) {
      limit = interval.map(Responses::silenceLimit).orElse(server.otherwise());
    }
    long nanos = limit == null ? 0 : Ticks.nanos(limit); // Zero is OkHttp's "for ever".
    if (alarm != null) {
      alarm.limit(nanos);
    }
    body.timeout().timeout(alarm == null ? nanos : 0, TimeUnit.NANOSECONDS);
  }

  public void received() {
    lastByteAt = ticks.now();
  }

  /** The reader was kept from reading until now, and that is not the peer's fault. */
  public void restart() {
    if (alarm != null) {
      alarm.restart();
    }
  }

  /**
   * The cause where a read has timed out; null if there is no limit.
   *
   * @param lastByte of the body, when it came
   */
  public @Nullable Cause exceeded(Optional<Instant> lastByte) {
    if (limit == null) {
      return null;
    }
    Duration silence = ticks.since(lastByteAt);
    // Without a byte it counts from the head.
    Instant since = lastByte.orElseGet(() -> ticks.instant().minus(silence));
    return new Cause.HeartbeatTimeout(limit, silence, since);
  }
}
