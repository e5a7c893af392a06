package io.heliograph.client.internal;

import io.heliograph.client.AttemptObserver;
import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.ConnectPhase;
import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from the first look-up to its end, over one {@link EventSource}. OkHttp's thread
 * opens it, a reader of its own fills the handover, and the session's thread empties it. A session
 * that gives an attempt up cancels it and looks at it no more, so what comes late does no harm.
 */
final class Attempt extends EventSourceListener implements Callback, EventStreamSource.Side {
  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
  private static final int SIGNAL_WEIGHT = 64; // What a signal costs beside its text, roughly.

  private final Settings settings;
  private final Telling telling;
  private final FirstToken firstToken;
  private final Ticks ticks;
  private final Figures figures;
  private final Handover handover;
  private final ControlEvents controlEvents = new ControlEvents();
  private final CallEnd callEnd = new CallEnd();

  // Written by OkHttp's thread, then by the reader; read by the session's.
  private volatile ConnectPhase phase = ConnectPhase.DNS;
  private volatile long retryMillis = -1;
  private volatile boolean requestSent;
  private volatile boolean refused;
  private volatile boolean overHttp2;
  private volatile HttpUrl url;
  private volatile @Nullable String token;
  private volatile @Nullable AttemptHook hook;

  // Confined to OkHttp's thread, and to the reader that it starts.
  private @Nullable SilenceLimit silence;
  private boolean truncated;
  private boolean saidEnd;
  // The id of the last block, which the next one without an id inherits.
  private String lastId;
  private int status;

  /**
   * An attempt that has not begun.
   *
   * @param telling what its stream tells
   * @param number of the stream's attempts
   */
  Attempt(
      Settings settings,
      Telling telling,
      int number,
      Request request,
      String lastEventId,
      FirstToken firstToken) {
    this.settings = settings;
    this.telling = telling;
    this.url = request.url();
    this.lastId = lastEventId;
    this.firstToken = firstToken;
    this.ticks = settings.ticks();
    this.figures = new Figures(ticks, number, lastEventId);
    this.handover = new Handover(ticks, telling.isObserved());
  }

  /** Starts it on a thread of OkHttp's dispatcher. */
  void start(Call.Factory http, Request request) {
    Call started = http.newCall(request.newBuilder().tag(Attempt.class, this).build());
    if (callEnd.begins(started)) {
      started.enqueue(this);
    }
  }

  /**
   * The next signal; null once cancelled, at the {@link #end() end}, at the attempt's own deadline
   * while it is not open, and at the caller's ({@link Ticks#MACHINE}).
   */
  @Nullable Signal take(long callerDeadline) throws InterruptedException {
    return handover.take(isOpen() ? Ticks.NEVER : deadline(), callerDeadline);
  }

  /** See {@link Handover#poll}. */
  @Nullable Signal poll() {
    return handover.poll();
  }

  /** Why it is gone; null before all its signals were taken. */
  @Nullable Cause end() {
    return handover.end();
  }

  /** See {@link Handover#readAt}. */
  long readAt() {
    return handover.readAt();
  }

  /** See {@link Handover#leave}. An attempt that is not open has a deadline, and nobody leaves. */
  boolean leave(Runnable whenThereIs) {
    return isOpen() && handover.leave(whenThereIs);
  }

  /** Ends it from any thread; returns at once. */
  void cancel() {
    handover.close();
    callEnd.cancel();
  }

  boolean isOpen() {
    return figures.isOpen();
  }

  long deadline() {
    return figures.deadline(settings.attemptTimeout());
  }

  Cause timeout() {
    return new Cause.ConnectTimeout(phase, figures.age());
  }

  /** Whether it was open for so long and carried a byte. */
  boolean wasStableFor(Duration span) {
    return !refused && figures.wasStableFor(span);
  }

  /** Whether the server may have got the request. */
  boolean requestWasSent() {
    return requestSent;
  }

  FirstToken firstToken() {
    return firstToken;
  }

  /** The token that it was sent with; null without one. */
  @Nullable String token() {
    return token;
  }

  String redactedUrl() {
    return url.redact();
  }

  Figures figures() {
    return figures;
  }

  /** What there is to say of it; it has ended where a cause is given. */
  AttemptReport report(Optional<Cause> end) {
    return figures.report(url, end);
  }

  /** Whether the server has said instead of a stream that there can be none. */
  boolean isRefused() {
    return refused;
  }

  /** Whether its connection may carry other streams, too. */
  boolean isOverHttp2() {
    return overHttp2;
  }

  /** The latest {@code retry}, -1 if none came. */
  long retryMillis() {
    return retryMillis;
  }

  // ---- On OkHttp's thread, on the way to the stream.

  Settings settings() {
    return settings;
  }

  /** Before the token provider is called, which may hang: a cancel then interrupts it. */
  void enterProvider() throws IOException {
    callEnd.enterUsersCode();
    reached(ConnectPhase.TOKEN);
  }

  /** After it, however it ended. */
  void leaveProvider() {
    callEnd.leaveUsersCode();
  }

  /** The user's code has not failed: what hangs next is the network. */
  void prepared() {
    phase = ConnectPhase.DNS;
  }

  void observedBy(@Nullable AttemptObserver observer) {
    hook = observer == null ? null : new AttemptHook(observer);
  }

  void reached(ConnectPhase newPhase) {
    phase = newPhase;
    if (newPhase == ConnectPhase.RESPONSE) {
      requestSent = true;
    }
    if (hook != null) {
      hook.reached(newPhase);
    }
  }

  void connected(Socket socket) {
    if (hook != null) {
      hook.connected(socket);
    }
  }

  /** The head of a response is there, before OkHttp looks whether it likes it. */
  void answered(int code) {
    status = code;
  }

  /** The last one of the responses; 0 without one. */
  int status() {
    return status;
  }

  /** The request as it goes out. */
  void sends(Request request, @Nullable String newToken) {
    url = request.url();
    token = newToken;
  }

  /** The response as okhttp-sse shall see it; anything but an event stream is refused. */
  Response accept(Response response, Call call) throws IOException {
    Cause refusal = Responses.refusal(response, ticks.instant());
    if (refusal != null) {
      throw new StreamRefusedException(refusal);
    }
    overHttp2 = Responses.isOverHttp2(response);
    var limit = new SilenceLimit(settings.heartbeat(), ticks, response, call);
    silence = limit;
    var source =
        new EventStreamSource(
            hook == null ? limit.source() : hook.tee(limit.source()),
            limit.buffered(),
            figures.lastEventId(),
            settings.maxEventBytes(),
            this);
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(source), EVENT_STREAM, -1))
        .build();
  }

  // ---- Callback, on OkHttp's thread.

  /**
   * Hands the stream to a thread that does nothing but read. The stack of a virtual thread keeps
   * the room that it had when it was deepest, which is when a connection opens: an idle stream
   * would pay for that as long as it lasts.
   */
  @Override
  public void onResponse(Call opened, Response response) {
    // That of the whole call, which a user may have set: a stream lasts.
    opened.timeout().cancel();
    try {
      Threads.startReader(() -> EventSources.processResponse(response, this));
    } catch (Throwable e) { // No memory for a thread: OkHttp would tell nobody.
      response.close();
      throw e;
    }
  }

  @Override
  public void onFailure(Call failed, IOException error) {
    end(causeOf(error));
  }

  // ---- EventSourceListener, on the reader's thread.

  @Override
  public void onOpen(EventSource source, Response response) {
    figures.opened();
    url = response.request().url();
    put(
        new Signal.Opened(
            Urls.shown(url).uri(),
            silence == null ? Optional.empty() : silence.limit(),
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
    if (signal instanceof Signal.Greeted greeted && silence != null) {
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
    if (error instanceof StreamRefusedException refused) {
      return refused.why();
    }
    Exception exception =
        error instanceof Exception e ? e : new IOException("no word of the reason", error);
    if (!isOpen()) {
      boolean timedOut =
          exception instanceof SocketTimeoutException
              || (exception instanceof InterruptedIOException
                  && "timeout".equals(exception.getMessage()));
      return timedOut ? timeout() : new Cause.ConnectFailed(phase, exception);
    }
    if (exception instanceof SocketTimeoutException && silence != null) {
      Cause silent = silence.exceeded(figures.lastByteAt());
      return silent == null ? new Cause.ConnectionLost(exception) : silent;
    }
    return new Cause.ConnectionLost(exception);
  }

  // ---- EventStreamSource.Side, on the reader's thread.

  @Override
  public void received(long count) {
    figures.received(count);
    if (silence != null) {
      silence.received();
    }
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
    if (keptWaiting && silence != null) {
      silence.restart();
    }
  }

  private void end(Cause cause) {
    if (!saidEnd) {
      saidEnd = true;
      figures.ended();
      handover.end(cause);
    }
  }
}
