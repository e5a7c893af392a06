package io.heliograph.cli.follow;

import io.heliograph.cli.access.Access;
import io.heliograph.cli.format.Shown;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Cause;
import io.heliograph.client.CloseReason;
import io.heliograph.client.Event;
import io.heliograph.client.Signal;
import io.heliograph.client.SseClient;
import io.heliograph.client.SseListener;
import io.heliograph.client.Subscription;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Follows one stream until a condition is met, the stream is over, or a signal ends the program.
 *
 * <p>The SDK's thread of the subscription calls {@link Listener}, which writes the events; the main
 * thread waits in {@link #run} for {@link #end}, which the first thread that sees an end completes.
 */
public final class FollowTask {
  private static final Duration LAST_CALLBACK = Duration.ofMillis(500);

  private final Shell shell;
  private final FollowPlan plan;
  private final EventSink sink;
  private final StreamReport report;
  private final CompletableFuture<End> end = new CompletableFuture<>();
  private final long startedNanos = System.nanoTime();

  /** How it ends, by which error if by one, and whether to say anything of it. */
  private record End(ExitCode exit, @Nullable Ending error, boolean told) {
    static final End READER_LEFT = new End(ExitCode.OK, null, false);

    static End with(ExitCode exit) {
      return new End(exit, null, true);
    }

    static End with(ExitCode exit, Ending error) {
      return new End(exit, error, true);
    }
  }

  public FollowTask(Shell shell, FollowPlan plan, EventSink sink) {
    this.shell = shell;
    this.plan = plan;
    this.sink = sink;
    this.report = new StreamReport(shell, plan);
  }

  /** Follows the stream to its end, which the caller waits for. Once only. */
  public ExitCode run() throws InterruptedException {
    CompletableFuture<End> _ = end.whenComplete((_, _) -> sink.ending());
    shell.onFirstSignal(exit -> end.complete(End.with(exit)));
    shell.onReaderLeft(() -> end.complete(End.READER_LEFT));
    // Before the SDK is loaded: that takes longer than a person wants to wait for a first word.
    report.connecting(plan.uri());
    var listener = new Listener();
    try (SseClient client = plan.client().apply(() -> end.complete(End.READER_LEFT))) {
      Subscription subscription = client.subscribe(plan.spec(), listener);
      End ended = await();
      subscription.close();
      // A callback that is stuck in a full pipe is left behind: the process is about to exit.
      boolean over = subscription.awaitClosed(LAST_CALLBACK);
      if (over && ended.told()) {
        // Not the SDK's: it has gone on behind the last event that was shown.
        conclude(ended, listener, subscription.stats().droppedLines());
      }
      return ended.exit();
    }
  }

  private static End failed(SinkException e) {
    String code = e.exit().name().toLowerCase(Locale.ROOT);
    return End.with(e.exit(), new Ending(code, e.sentence(), 0, e.exit()));
  }

  private End await() throws InterruptedException {
    Duration duration = plan.options().duration();
    try {
      if (duration == null) {
        return end.get();
      }
      long passed = System.nanoTime() - startedNanos;
      return end.get(Math.max(0, duration.toNanos() - passed), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      boolean waited = plan.options().count().isPresent() || plan.ends().last() != null;
      return End.with(waited ? ExitCode.TIMEOUT : ExitCode.OK);
    } catch (ExecutionException e) {
      throw new IllegalStateException("the stream's listener failed", e.getCause());
    }
  }

  private void conclude(End ended, Listener heard, long unreadable) {
    try {
      Duration took = Duration.ofNanos(System.nanoTime() - startedNanos);
      ResumeLine line = plan.resume();
      String resume = line == null ? "" : line.after(heard.lastId);
      report.summary(
          heard.tally, unreadable, heard.connection > 0, took, heard.lastId, resume, ended.exit());
    } catch (IOException e) {
      // The reader of stdout left before the summary, so it did not want one.
    }
    // Last, because it is what matters most.
    if (ended.error() != null) {
      report.error(ended.exit(), ended.error(), hint(ended.error()));
    }
  }

  private String hint(Ending error) {
    String proxyHint = plan.proxyHint();
    if (error.httpStatus() == 407) {
      return proxyHint;
    }
    return switch (error.code()) {
      case "connect-failed", "connect-timeout" ->
          joined(shell.using(), proxyHint.isEmpty() ? plan.serverHint() : proxyHint);
      case "auth" -> Access.hint(shell);
      case "tls" -> joined(Access.tlsHint(error.sentence()), proxyHint);
      default -> "";
    };
  }

  private static String joined(String first, String second) {
    return Stream.of(first, second)
        .filter(Predicate.not(String::isEmpty))
        .collect(Collectors.joining(".  "));
  }

  /** Hears the stream. Confined to the SDK's thread of the subscription, until that is over. */
  private final class Listener implements SseListener {
    private final Tally tally = new Tally();
    private int connection;
    private boolean open;
    // Whether this connection brings events that were missed, until it says that it is live.
    private boolean replaying;
    private boolean gap;
    // Whether a gap is to end all, once the place behind it is known: else the next run would
    // begin before it, and end so again.
    private boolean gapEnds;
    // Whether the server has said that it is one of ours.
    private boolean greeted;
    private String lastId = plan.lastEventId();
    // When the connection opened, or, while there is none, when the last one ended or all began.
    private long changedNanos = startedNanos;
    // The last connection: why it ended, and after how long, if it ever opened.
    private @Nullable Ending ending;
    private @Nullable Duration openFor;

    @Override
    public void onEvent(Event event) {
      act(() -> show(event));
    }

    @Override
    public void onSignal(Signal signal) {
      act(() -> tell(signal));
    }

    /** Passes failures to the main thread, which would otherwise wait forever. */
    private void act(Step step) {
      if (end.isDone()) {
        return;
      }
      try {
        step.run();
      } catch (IOException e) {
        end.complete(End.READER_LEFT);
      } catch (SinkException e) {
        end.complete(failed(e));
      } catch (RuntimeException | Error e) {
        end.completeExceptionally(e);
      }
    }

    private void show(Event event) throws IOException, SinkException {
      if (gapEnds) {
        end.complete(End.with(ExitCode.GAP));
        return;
      }
      if (plan.ends().live() && !greeted) {
        throw new SinkException(
            ExitCode.REFUSED,
            "--no-follow needs a Heliograph server: this one does not mark the end of its stored"
                + " events");
      }
      if (!plan.filter().test(event)) {
        done(event.lastEventId());
        return;
      }
      sink.event(Shown.now(plan.user(), event, replaying, connection));
      done(event.lastEventId()); // Only now.
      tally.events++;
      OptionalLong count = plan.options().count();
      boolean enough = count.isPresent() && tally.events >= count.getAsLong();
      Predicate<Event> last = plan.ends().last();
      if (enough || (last != null && last.test(event))) {
        end.complete(End.with(ExitCode.OK));
      }
    }

    private void done(String upTo) {
      lastId = upTo;
      plan.positions().accept(upTo);
    }

    private void tell(Signal signal) throws IOException, SinkException {
      if (gapEnds && !(signal instanceof Signal.Gap || signal instanceof Signal.Positioned)) {
        end.complete(End.with(ExitCode.GAP));
        return;
      }
      switch (signal) {
        case Signal.Opened opened -> opened(opened);
        case Signal.Greeted hello -> {
          greeted = true;
          replaying = plan.replays() || !hello.mode().equals("fresh");
        }
        case Signal.Message message -> show(message.event());
        case Signal.Comment comment -> report.comment(comment.text());
        case Signal.Positioned positioned -> done(positioned.lastEventId());
        case Signal.Gap lost -> gap(lost);
        case Signal.Live live -> {
          report.live(live.replayed(), replaying, gap);
          replaying = false;
          if (plan.ends().live()) {
            end.complete(End.with(ExitCode.OK));
          }
        }
        case Signal.Expiring expiring ->
            report.notice("expiring    the token expires in " + TextLine.span(expiring.in()));
        case Signal.Closing closing -> {
          // Disconnected follows and says the same.
        }
        case Signal.OtherControl other ->
            report.notice("server      says " + other.type() + " " + other.data());
        case Signal.Disconnected disconnected -> disconnected(Ending.of(disconnected.cause()));
        case Signal.Reconnecting waiting -> report.retry(ending, openFor, waiting, lastId);
        case Signal.Closed closed -> {
          if (closed.reason() == CloseReason.COMPLETED || endedInOrder(closed.cause())) {
            end.complete(End.with(ExitCode.OK));
            return;
          }
          Ending last = Ending.of(closed.cause());
          end.complete(End.with(last.exit(), last));
        }
      }
    }

    /** A stream that is not to be opened again is finite: its end is no failure. */
    private boolean endedInOrder(Cause cause) {
      return plan.ends().once()
          && cause instanceof Cause.ServerClosed closed
          && !closed.truncated();
    }

    private void opened(Signal.Opened opened) throws IOException {
      connection++;
      open = true;
      greeted = false;
      replaying = false;
      gap = false;
      report.connected(opened, sinceChange(), connection);
      tally.reconnects += connection > 1 ? 1 : 0;
    }

    private void gap(Signal.Gap lost) throws IOException {
      if (lost.reason().equals("omitted")) {
        long omitted = lost.lost().orElse(0);
        tally.omitted += omitted;
        report.omitted(omitted);
        return;
      }
      gap = true;
      tally.gaps++;
      tally.lost += lost.lost().orElse(0);
      report.gap(lost, lastId);
      gapEnds = plan.ends().gap();
    }

    private void disconnected(Ending why) throws IOException {
      ending = why;
      openFor = open ? sinceChange() : null;
      open = false;
      report.disconnected(why, openFor, connection);
      if (connection == 0 && why.neverReached() && plan.ends().unreached()) {
        end.complete(End.with(ExitCode.NETWORK, why));
      }
    }

    private Duration sinceChange() {
      long now = System.nanoTime();
      Duration since = Duration.ofNanos(now - changedNanos);
      changedNanos = now;
      return since;
    }
  }

  private interface Step {
    void run() throws IOException, SinkException;
  }
}
