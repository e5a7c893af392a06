package io.heliograph.client.internal.session;

import io.heliograph.client.Cause;
import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.internal.http.StreamRefusedException;
import io.heliograph.client.internal.http.Urls;
import io.heliograph.client.internal.read.ControlEvents;
import io.heliograph.client.internal.read.EventStreamSource;
import io.heliograph.client.internal.read.Handover;
import io.heliograph.client.internal.read.SilenceLimit;
import java.io.IOException;
import java.net.SocketTimeoutException;
import okhttp3.HttpUrl;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import org.jspecify.annotations.Nullable;

/**
 * Makes signals of an open stream and puts them into the handover, in order: its events, by
 * okhttp-sse, and what okhttp-sse cannot express, by {@link EventStreamSource}. Confined to the
 * thread that reads, but for what says otherwise.
 */
final class StreamReader extends EventSourceListener implements EventStreamSource.Side {
  private static final int SIGNAL_WEIGHT = 64; // What a signal costs beside its text, roughly.

  private final HttpUrl url;
  private final Telling telling;
  private final Figures figures;
  private final Handover handover;
  private final SilenceLimit silence;
  private final ControlEvents controlEvents = new ControlEvents();
  // Read by the session's thread.
  private volatile long retryMillis = -1;
  private volatile boolean refused;
  private boolean truncated;
  // The id of the last block, which the next one without an id inherits.
  private String lastId;

  /** Of a stream that was accepted. */
  StreamReader(
      HttpUrl url, Telling telling, Figures figures, Handover handover, SilenceLimit silence) {
    this.url = url;
    this.telling = telling;
    this.figures = figures;
    this.handover = handover;
    this.silence = silence;
    this.lastId = figures.lastEventId();
  }

  /** Whether the server has said instead of a stream that there can be none. By any thread. */
  boolean isRefused() {
    return refused;
  }

  /** The latest {@code retry}, -1 if none came. By any thread. */
  long retryMillis() {
    return retryMillis;
  }

  // ---- EventSourceListener.

  @Override
  public void onOpen(EventSource source, Response response) {
    figures.opened();
    put(
        new Signal.Opened(
            Urls.shown(url).uri(),
            silence.limit(),
            figures.lastEventId(),
            response.headers().toMultimap()),
        0);
  }

  @Override
  public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
    var event = new Event(type == null ? "message" : type, data, id == null ? "" : id);
    @Nullable Signal signal = controlEvents.read(event);
    if (controlEvents.isRefusal()) {
      refused = true;
    }
    if (signal instanceof Signal.Greeted greeted) {
      silence.announce(greeted.heartbeat());
    }
    String before = lastId;
    lastId = event.lastEventId();
    boolean moves = !(signal instanceof Signal.Message) && !lastId.equals(before);
    // A consumer that fails at a gap, or dies, must be told of it again.
    boolean after = signal instanceof Signal.Gap || signal instanceof Signal.Greeted;
    if (moves && !after) {
      positioned(lastId); // Nothing is read behind a closing.
    }
    if (signal != null) {
      put(signal, data.length());
    }
    if (moves && after) {
      positioned(lastId);
    }
  }

  @Override
  public void onClosed(EventSource source) {
    end(new Cause.ServerClosed(truncated));
  }

  @Override
  public void onFailure(
      EventSource source, @Nullable Throwable error, @Nullable Response response) {
    end(causeOf(error));
  }

  private Cause causeOf(@Nullable Throwable error) {
    if (error instanceof StreamRefusedException refusal) {
      return refusal.why();
    }
    Cause silent =
        error instanceof SocketTimeoutException ? silence.exceeded(figures.lastByteAt()) : null;
    if (silent != null) {
      return silent;
    }
    return new Cause.ConnectionLost(
        error instanceof Exception e ? e : new IOException("unknown reason", error));
  }

  // ---- EventStreamSource.Side.

  @Override
  public void received(long count) {
    figures.received(count);
    silence.received();
    telling.bytes(count);
  }

  @Override
  public void comment(String text) {
    put(new Signal.Comment(text), text.length());
  }

  @Override
  public void positioned(String id) {
    lastId = id;
    put(new Signal.Positioned(id), id.length());
  }

  @Override
  public void dropped(String line) {
    telling.dropped(url, line);
  }

  @Override
  public void retry(long millis) {
    retryMillis = millis;
  }

  @Override
  public void ended(boolean insideABlock) {
    truncated = insideABlock;
  }

  @Override
  public void released() {
    // An Error on the reader's thread, such as no memory, ends it without any callback.
    end(new Cause.ConnectionLost(new IOException("the reading thread failed")));
  }

  @Override
  public void beforeWait() {
    restartAlarm(handover.flush());
  }

  private void put(Signal signal, int weight) {
    restartAlarm(handover.add(signal, SIGNAL_WEIGHT + weight));
  }

  private void restartAlarm(boolean keptWaiting) {
    if (keptWaiting) {
      silence.restart();
    }
  }

  private void end(Cause cause) {
    if (figures.ended()) {
      handover.end(cause);
    }
  }
}
