package io.heliograph.client.internal.read;

import io.heliograph.client.TimeSource;
import io.heliograph.client.internal.base.Ticks;
import java.io.IOException;
import java.net.SocketTimeoutException;
import okhttp3.Call;
import okio.Buffer;
import okio.BufferedSource;
import okio.ForwardingSource;

/**
 * Ends a body that is silent for too long by a source of time, where the read timeout of the socket
 * knows only the machine's. What comes of it is the same: a {@link SocketTimeoutException}.
 */
final class SilenceAlarm extends ForwardingSource {
  private final BufferedSource body;
  private final Call call;
  private final Ticks ticks;
  private final TimeSource source;
  // Confined to the thread that reads.
  private long limitNanos;
  private long since;
  private volatile boolean rung;

  SilenceAlarm(BufferedSource body, Call call, Ticks ticks, TimeSource source) {
    super(body);
    this.body = body;
    this.call = call;
    this.ticks = ticks;
    this.source = source;
    this.since = ticks.now();
  }

  /** How long a read may wait from now on; 0 for ever. */
  void limit(long nanos) {
    limitNanos = Math.min(nanos, Ticks.NEVER / 4); // Decades; more could overflow.
  }

  /** The reader was kept from reading until now, and that is not the peer's fault. */
  void restart() {
    since = ticks.now();
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    if (limitNanos == 0 || !body.getBuffer().exhausted()) {
      return noted(super.read(sink, byteCount));
    }
    // From the last byte, not from now: who has seen an event and moves the time counts from there.
    TimeSource.Alarm alarm =
        source.alarm(TimeSource.Wait.SILENCE, ticks.ofSource(since + limitNanos), this::ring);
    try {
      return noted(super.read(sink, byteCount));
    } catch (IOException e) {
      if (rung) {
        var silent = new SocketTimeoutException("silent");
        silent.initCause(e);
        throw silent;
      }
      throw e;
    } finally {
      alarm.cancel();
    }
  }

  private long noted(long count) {
    since = ticks.now();
    return count;
  }

  private void ring() {
    rung = true;
    call.cancel();
  }
}
