package io.heliograph.client.internal;

import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.ConnectPhase;
import io.heliograph.client.Event;
import io.heliograph.client.Heartbeat;
import io.heliograph.client.Signal;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.HttpUrl;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from the first look-up to its end, over one {@link EventSource}. OkHttp's thread
 * opens it, a reader of its own fills the channel, and the session's thread empties it. A session
 * that gives an attempt up cancels it and looks at it no more, so what comes late does no harm.
 */
final class Attempt extends EventSourceListener implements Callback, EventStreamSource.Side {
  /** What comes through the channel, in the order in which it happened. */
  sealed interface Item {
    /**
     * For the reader of the stream.
     *
     * @param readAt when it was read, by {@link Ticks#MACHINE}; 0 where no observer asks
     */
    record Seen(Signal signal, long readAt) implements Item {}

    /** The last item: the connection is gone. */
    record Ended(Cause cause) implements Item {}
  }

  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
  private static final int ITEM_WEIGHT = 64; // What an item costs beside its text, roughly.

  private final Settings settings;
  private final String stream;
  private final int number;
  private final String lastEventId;
  private final @Nullable String givenToken;
  private final boolean needsNewToken;
  private final Ticks ticks;
  private final Instant startedTime;
  private final Channel<Item> channel;
  private final ControlEvents controlEvents = new ControlEvents();
  private final long startedAt;

  // Written by OkHttp's thread, then by the reader; read by the session's.
  private volatile ConnectPhase phase = ConnectPhase.DNS;
  private volatile long openedAt = Ticks.NEVER;
  private volatile long endedAt = Ticks.NEVER;
  private volatile boolean carriedBytes;
  private volatile long retryMillis = -1;
  private volatile boolean requestSent;
  private volatile boolean refused;
  private volatile boolean overHttp2;
  private volatile HttpUrl url;
  private volatile @Nullable String token;
  private volatile @Nullable Instant lastByteTime;
  private final AtomicLong bytes = new AtomicLong();
  // Counted by the session's thread.
  private final AtomicLong events = new AtomicLong();

  // Confined to OkHttp's thread, and to the reader that it starts.
  private long lastByteAt;
  private @Nullable Duration silenceLimit;
  private boolean heartbeatAnnounced;
  private @Nullable BufferedSource body;
  private @Nullable SilenceAlarm silenceAlarm;
  private boolean truncated;
  private boolean saidEnd;
  // The id of the last block, which the next one without an id inherits.
  private String lastId;
  private int status;

  private final Object cancelLock = new Object();
  // Both guarded by cancelLock: a cancel may come before there is anything to cancel.
  private @Nullable Call call;
  private boolean cancelled;
  // The thread that is in the user's token provider, where only an interrupt reaches it.
  private @Nullable Thread inProvider;

  /**
   * An attempt that has not begun.
   *
   * @param stream its name, for the observer
   * @param number of the stream's attempts
   * @param givenToken a fresh token for its first request; null to ask the provider
   * @param needsNewToken whether the provider is asked for another token than its last one
   */
  Attempt(
      Settings settings,
      String stream,
      int number,
      Request request,
      String lastEventId,
      @Nullable String givenToken,
      boolean needsNewToken) {
    this.settings = settings;
    this.stream = stream;
    this.number = number;
    this.url = request.url();
    this.lastEventId = lastEventId;
    this.lastId = lastEventId;
    this.givenToken = givenToken;
    this.needsNewToken = needsNewToken;
    this.ticks = settings.ticks();
    this.startedTime = ticks.instant();
    this.channel = new Channel<>(ticks);
    this.startedAt = ticks.now();
  }

  /** Starts it on a thread of OkHttp's dispatcher. */
  void start(Call.Factory http, Request request) {
    Call started = http.newCall(request.newBuilder().tag(Attempt.class, this).build());
    synchronized (cancelLock) {
      if (cancelled) {
        return;
      }
      call = started;
    }
    started.enqueue(this);
  }

  /**
   * The next item; null once cancelled, at the attempt's own deadline while it is not open, and at
   * the caller's ({@link Ticks#MACHINE}).
   */
  @Nullable Item take(long callerDeadline) throws InterruptedException {
    return channel.take(isOpen() ? Ticks.NEVER : deadline(), callerDeadline);
  }

  /** Ends it from any thread; returns at once. */
  void cancel() {
    Call current;
    synchronized (cancelLock) {
      cancelled = true;
      current = call;
      if (inProvider != null) {
        inProvider.interrupt();
      }
    }
    channel.close();
    if (current != null) {
      current.cancel();
    }
  }

  boolean isOpen() {
    return openedAt != Ticks.NEVER;
  }

  long deadline() {
    long limit = Ticks.nanos(settings.attemptTimeout());
    return limit < Ticks.NEVER - startedAt ? startedAt + limit : Ticks.NEVER;
  }

  Cause timeout() {
    return new Cause.ConnectTimeout(phase, ticks.since(startedAt));
  }

  /** Whether it was open for so long and carried a byte. */
  boolean wasStableFor(Duration span) {
    long end = Math.min(endedAt, ticks.now());
    return isOpen() && !refused && carriedBytes && end - openedAt >= Ticks.nanos(span);
  }

  /** Whether the server may have got the request. */
  boolean requestWasSent() {
    return requestSent;
  }

  /** Whether its first token was not asked for by itself. */
  boolean wasGivenToken() {
    return givenToken != null;
  }

  /** The token that it was sent with; null without one. */
  @Nullable String token() {
    return token;
  }

  String redactedUrl() {
    return url.redact();
  }

  void countEvent() {
    events.incrementAndGet();
  }

  long events() {
    return events.get();
  }

  long bytes() {
    return bytes.get();
  }

  Optional<Instant> lastByteAt() {
    return Optional.ofNullable(carriedBytes ? lastByteTime : null);
  }

  /** What there is to say of it; it has ended where a cause is given. */
  AttemptReport report(Optional<Cause> end) {
    long opened = openedAt;
    return new AttemptReport(
        number,
        Urls.shown(url).uri(),
        lastEventId,
        startedTime,
        opened == Ticks.NEVER
            ? Optional.empty()
            : Optional.of(Duration.ofNanos(opened - startedAt)),
        Duration.ofNanos(Math.min(endedAt, ticks.now()) - startedAt),
        bytes.get(),
        events.get(),
        end);
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
    synchronized (cancelLock) {
      if (cancelled) {
        throw new IOException("cancelled");
      }
      inProvider = Thread.currentThread();
    }
    phase = ConnectPhase.TOKEN;
  }

  /** After it, however it ended. */
  void leaveProvider() {
    synchronized (cancelLock) {
      inProvider = null;
    }
    Thread.interrupted(); // Meant for the provider; the network would take it for its own end.
  }

  void reached(ConnectPhase newPhase) {
    phase = newPhase;
    if (newPhase == ConnectPhase.RESPONSE) {
      requestSent = true;
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

  int number() {
    return number;
  }

  String lastEventId() {
    return lastEventId;
  }

  /** The token for the first request, where it is known already. */
  @Nullable String givenToken() {
    return givenToken;
  }

  /** Whether the server has ended the last connection because its token had ended. */
  boolean needsNewToken() {
    return needsNewToken;
  }

  /** The request as it goes out. */
  void sends(Request request, @Nullable String newToken) {
    url = request.url();
    token = newToken;
  }

  /** The response as okhttp-sse shall see it; anything but an event stream is refused. */
  Response accept(Response response, Call call) throws IOException {
    if (response.code() != 200) {
      throw new StreamRefusedException(Responses.status(response, ticks.instant()));
    }
    String contentType = String.join(", ", response.headers("Content-Type"));
    if (!Responses.isEventStream(contentType)) {
      throw new StreamRefusedException(Responses.notAStream(response, contentType));
    }
    String encoding = Responses.header(response, "Content-Encoding").trim();
    if (!encoding.isEmpty() && !encoding.equalsIgnoreCase("identity")) {
      throw new StreamRefusedException(new Cause.UnexpectedEncoding(encoding));
    }
    overHttp2 =
        response.protocol() == Protocol.HTTP_2
            || response.protocol() == Protocol.H2_PRIOR_KNOWLEDGE;
    body = response.body().source();
    if (ticks.source() != null) {
      silenceAlarm = new SilenceAlarm(body, call, ticks, ticks.source());
    }
    heartbeatAnnounced = limitSilence(Responses.heartbeatInterval(response));
    noteBytes();
    var source =
        new EventStreamSource(
            silenceAlarm == null ? body : silenceAlarm,
            lastEventId,
            settings.maxEventBytes(),
            this);
    return response
        .newBuilder()
        .body(ResponseBody.create(Okio.buffer(source), EVENT_STREAM, -1))
        .build();
  }

  /**
   * Sets how long a read may wait. The time-out of the body's source counts from the last byte of
   * this stream, also through gzip and on HTTP/2, and only while somebody reads: a slow listener
   * raises no false alarm.
   *
   * @return whether the server had its say
   */
  private boolean limitSilence(Optional<Duration> announced) {
    if (settings.heartbeat() instanceof Heartbeat.Fixed fixed) {
      silenceLimit = fixed.limit();
    } else if (settings.heartbeat() instanceof Heartbeat.ServerAnnounced server) {
      silenceLimit = announced.map(Responses::silenceLimit).orElse(server.otherwise());
    } else {
      silenceLimit = null;
    }
    if (silenceAlarm != null) {
      silenceAlarm.limit(silenceLimit == null ? 0 : Ticks.nanos(silenceLimit));
    }
    if (body != null) {
      // Zero is OkHttp's "for ever".
      body.timeout()
          .timeout(
              silenceLimit == null || silenceAlarm != null ? 0 : Ticks.nanos(silenceLimit),
              TimeUnit.NANOSECONDS);
    }
    return announced.isPresent();
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
    openedAt = ticks.now();
    url = response.request().url();
    put(
        new Signal.Opened(Urls.shown(url).uri(), Optional.ofNullable(silenceLimit), lastEventId),
        0);
  }

  @Override
  public void onEvent(EventSource source, @Nullable String id, @Nullable String type, String data) {
    var event = new Event(type == null ? "message" : type, data, id == null ? "" : id);
    @Nullable Signal signal = controlEvents.read(event);
    refused |= controlEvents.isRefusal();
    if (signal instanceof Signal.Greeted greeted && !heartbeatAnnounced) {
      // A proxy may have dropped the header; what the stream itself says is as good.
      heartbeatAnnounced = greeted.heartbeat().isPresent() && limitSilence(greeted.heartbeat());
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
    if (exception instanceof SocketTimeoutException && silenceLimit != null) {
      Instant last = lastByteTime;
      return new Cause.HeartbeatTimeout(
          silenceLimit, ticks.since(lastByteAt), last == null ? startedTime : last);
    }
    return new Cause.ConnectionLost(exception);
  }

  // ---- EventStreamSource.Side, on the reader's thread.

  @Override
  public void received(long count) {
    carriedBytes = true;
    bytes.addAndGet(count);
    noteBytes();
    if (settings.observer() != null) {
      settings.observer().bytesReceived(stream, count);
    }
  }

  private void noteBytes() {
    lastByteAt = ticks.now();
    lastByteTime = ticks.instant();
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

  private void put(Signal signal, int weight) {
    long readAt = settings.observer() == null ? 0 : Ticks.MACHINE.now();
    channel.put(new Item.Seen(signal, readAt), ITEM_WEIGHT + weight); // Cancelled: nobody wants it.
    if (silenceAlarm != null && channel.keptWaiting()) {
      silenceAlarm.restart();
    }
  }

  private void end(Cause cause) {
    if (!saidEnd) {
      saidEnd = true;
      endedAt = ticks.now();
      channel.put(new Item.Ended(cause), ITEM_WEIGHT);
    }
  }
}
