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
import java.util.Objects;
import okhttp3.Headers;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Okio;
import okio.Source;
import org.jspecify.annotations.Nullable;

/**
 * Reads an open stream to its end, on a thread that does nothing else: makes signals of its events,
 * by okhttp-sse, and of what okhttp-sse cannot express, by {@link EventStreamSource}, and puts them
 * into the handover, in order. Confined to that thread, but for what says otherwise.
 */
final class StreamReader extends EventSourceListener implements Runnable, EventStreamSource.Side {
  private static final int SIGNAL_WEIGHT = 64; // What a signal costs beside its text, roughly.
  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");

  /** okhttp-sse sees the same head of a response before each burst; the true one is not kept. */
  private static final Response HEAD =
      new Response.Builder()
          .request(new Request.Builder().url("http://localhost/").build())
          .protocol(Protocol.HTTP_1_1)
          .code(200)
          .message("OK")
          .build();

  private final HttpUrl url;
  private final Telling telling;
  private final Figures figures;
  private final Handover handover;
  private final SilenceLimit silence;
  private final Source bytes;
  private final EventStreamSource source;
  private final ControlEvents controlEvents = new ControlEvents();
  // Null once it was told: a stream that lasts does not need it.
  private @Nullable Headers headers;
  // Read by the session's thread.
  private volatile long retryMillis = -1;
  private volatile boolean refused;
  private boolean truncated;
  // Why okhttp-sse could not go on; null while it can.
  private @Nullable Cause failure;
  // The id of the last block, which the next one without an id inherits.
  private String lastId;

  /**
   * Of a stream that was accepted.
   *
   * @param hook sees its bytes; null without one
   */
  StreamReader(
      Response response,
      Telling telling,
      Figures figures,
      Handover handover,
      SilenceLimit silence,
      @Nullable AttemptHook hook,
      int maxEventBytes) {
    this.url = response.request().url();
    this.headers = response.headers();
    this.telling = telling;
    this.figures = figures;
    this.handover = handover;
    this.silence = silence;
    this.lastId = figures.lastEventId();
    this.bytes = hook == null ? silence.source() : hook.tee(silence.source());
    this.source = new EventStreamSource(bytes, silence.buffered(), lastId, maxEventBytes, this);
  }

  @Override
  public void run() {
    try {
      opened();
      while (failure == null && source.await()) {
        EventSources.processResponse(burst(), this);
      }
      end(failure == null ? new Cause.ServerClosed(truncated) : failure);
    } catch (Exception e) { // Not of the network only: a TimeSource of the user may fail.
      end(causeOf(e));
    } finally {
      close();
      // An Error, such as no memory, ends this thread otherwise without a word.
      end(new Cause.ConnectionLost(new IOException("the reading thread failed")));
    }
  }

  private Response burst() {
    return HEAD.newBuilder()
        .body(ResponseBody.create(Okio.buffer(source), EVENT_STREAM, -1))
        .build();
  }

  private void close() {
    try {
      bytes.close();
    } catch (IOException | RuntimeException e) {
      // It is over all the same.
    }
  }

  private void opened() {
    figures.opened();
    Headers received = Objects.requireNonNull(headers, "told once");
    headers = null;
    put(
        new Signal.Opened(
            Urls.shown(url).uri(), silence.limit(), figures.lastEventId(), received.toMultimap()),
        0);
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
  public void onEvent(EventSource burst, @Nullable String id, @Nullable String type, String data) {
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
  public void onFailure(EventSource burst, @Nullable Throwable error, @Nullable Response response) {
    failure = causeOf(error);
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
