package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptObserver;
import io.heliograph.client.AttemptReport;
import io.heliograph.client.Cause;
import io.heliograph.client.ConnectPhase;
import io.heliograph.client.Signal;
import io.heliograph.client.internal.base.Threads;
import io.heliograph.client.internal.base.Ticks;
import io.heliograph.client.internal.http.Responses;
import io.heliograph.client.internal.http.StreamRefusedException;
import io.heliograph.client.internal.read.Handover;
import io.heliograph.client.internal.read.SilenceLimit;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import kotlin.jvm.JvmClassMappingKt;
import kotlin.reflect.KClass;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.sse.EventSource;
import org.jspecify.annotations.Nullable;

/**
 * One connection, from the first look-up to its end, over one {@link EventSource}. OkHttp's thread
 * opens it, a {@link StreamReader} on a thread of its own fills the handover, and the session's
 * thread empties it. A session that gives an attempt up cancels it and looks at it no more, so what
 * comes late does no harm.
 */
final class Attempt implements Callback {
  // OkHttp would make one for each call, and keep it.
  private static final KClass<Attempt> TAG = JvmClassMappingKt.getKotlinClass(Attempt.class);

  private final Settings settings;
  private final Telling telling;
  private final FirstToken firstToken;
  private final Ticks ticks;
  private final Figures figures;
  private final Handover handover;
  private final CallEnd callEnd = new CallEnd();

  // Written by OkHttp's thread; read by the session's.
  private volatile ConnectPhase phase = ConnectPhase.DNS;
  private volatile boolean requestSent;
  private volatile boolean overHttp2;
  private volatile HttpUrl url;
  private volatile @Nullable String token;
  private volatile @Nullable AttemptHook hook;
  // Null until there is a stream.
  private volatile @Nullable StreamReader reader;

  // Confined to OkHttp's thread.
  private int status;

  /**
   * An attempt that has not begun.
   *
   * @param telling what its stream tells
   * @param handover of the reader to the consumer
   * @param number of the stream's attempts
   */
  Attempt(
      Settings settings,
      Telling telling,
      Handover handover,
      int number,
      Request request,
      String lastEventId,
      FirstToken firstToken) {
    this.settings = settings;
    this.telling = telling;
    this.url = request.url();
    this.firstToken = firstToken;
    this.ticks = settings.ticks();
    this.figures = new Figures(ticks, number, lastEventId);
    this.handover = handover;
  }

  /** The attempt that makes the call; null if that is another's. */
  static @Nullable Attempt of(Call call) {
    return call.tag(TAG);
  }

  /** Starts it on a thread of OkHttp's dispatcher. */
  void start(Call.Factory http, Request request) {
    Call started = http.newCall(resuming(request, figures.lastEventId()));
    started.tag(TAG, () -> this);
    if (callEnd.begins(started)) {
      started.enqueue(this);
    }
  }

  private static Request resuming(Request request, String position) {
    if (position.isEmpty()) {
      return request;
    }
    // An id may be any text: the standard sends it as UTF-8.
    return request
        .newBuilder()
        .headers(
            request
                .headers()
                .newBuilder()
                .removeAll("Last-Event-ID")
                .addUnsafeNonAscii("Last-Event-ID", position)
                .build())
        .build();
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
    return !isRefused() && figures.wasStableFor(span);
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
    StreamReader current = reader;
    return current != null && current.isRefused();
  }

  /** Whether its connection may carry other streams, too. */
  boolean isOverHttp2() {
    return overHttp2;
  }

  /** The latest {@code retry}, -1 if none came. */
  long retryMillis() {
    StreamReader current = reader;
    return current == null ? -1 : current.retryMillis();
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

  /** Begins to count the stream's silence; anything but an event stream is refused. */
  void accept(Response response, Call call) throws IOException {
    Cause refusal = Responses.refusal(response, ticks.instant());
    if (refusal != null) {
      throw new StreamRefusedException(refusal);
    }
    overHttp2 = Responses.isOverHttp2(response);
    url = response.request().url();
    var limit = new SilenceLimit(settings.heartbeat(), ticks, response, call);
    reader =
        new StreamReader(
            response, telling, figures, handover, limit, hook, settings.maxEventBytes());
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
      Threads.startReader(Objects.requireNonNull(reader, "accepted before"));
    } catch (Throwable e) { // No memory for a thread: OkHttp would tell nobody.
      response.close();
      throw e;
    }
  }

  @Override
  public void onFailure(Call failed, IOException error) {
    if (figures.ended()) {
      handover.end(causeOf(error));
    }
  }

  private Cause causeOf(IOException error) {
    if (error instanceof StreamRefusedException refused) {
      return refused.why();
    }
    boolean timedOut =
        error instanceof SocketTimeoutException
            || (error instanceof InterruptedIOException && "timeout".equals(error.getMessage()));
    return timedOut ? timeout() : new Cause.ConnectFailed(phase, error);
  }
}
