package io.heliograph.cli.follow;

import io.heliograph.cli.format.Failure;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.client.Signal;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says what happens to a stream: in words on stderr, and with {@code -o meta} as records on stdout.
 * Methods throw {@link IOException} once nobody reads stdout any more.
 */
final class StreamReport {
  private final Shell shell;
  private final FollowPlan plan;
  private final Notices notices;

  StreamReport(Shell shell, FollowPlan plan) {
    this.shell = shell;
    this.plan = plan;
    notices = shell.notices();
  }

  void connecting(URI uri) {
    notices.say("connecting  " + Printable.url(uri.toString()));
  }

  /** Connection {@code number}, from 1, is open, so long after the last one ended or all began. */
  void connected(Signal.Opened opened, Duration took, int number) throws IOException {
    String from = opened.lastEventId();
    String silence =
        opened
            .heartbeatLimit()
            .filter(limit -> number == 1)
            .map(limit -> ", treated as lost after " + TextLine.span(limit) + " of silence")
            .orElse("");
    notices.say(
        "connected   %s%s%s%s"
            .formatted(
                number == 1 ? "in " : "again after ",
                TextLine.span(took),
                silence,
                from.isEmpty() ? "" : ", resuming from " + Printable.of(from)));
    record(
        meta("open")
            .put("url", Printable.url(opened.uri().toString()))
            .put("connectMs", took.toMillis())
            .put("conn", number)
            .put("resumeFrom", orNull(from)));
    if (shell.verbose()) {
      opened
          .headers()
          .forEach(
              (name, values) ->
                  values.forEach(
                      value -> notices.say("header      " + Printable.of(name + ": " + value))));
    }
  }

  /** What was missed has been written; {@code resumed} says whether there was anything to miss. */
  void live(long replayed, boolean resumed, boolean gap) throws IOException {
    if (resumed) {
      String count = TextLine.count(replayed, "event");
      notices.say("live        " + count + " replayed, " + (gap ? "after a gap" : "no gap"));
    }
    record(meta("live").put("replayed", replayed));
  }

  /** Events are lost; {@code after} is the id of the last one that came. */
  void gap(Signal.Gap gap, String after) throws IOException {
    notices.say(TextLine.gap(gap));
    record(
        meta("gap")
            .put("log", gap.log())
            .put("reason", gap.reason())
            .put("lost", gap.lost().isPresent() ? gap.lost().getAsLong() : null)
            .put("after", orNull(after)));
  }

  /** The server dropped events on purpose, because there were too many. */
  void omitted(long events) throws IOException {
    notices.say(
        "dropped     %s beyond the rate limit, or beyond a slow reader's backlog"
            .formatted(TextLine.count(events, "event")));
    record(meta("omitted").put("events", events));
  }

  void comment(String comment) throws IOException {
    if (shell.verbose()) {
      notices.say(comment.isBlank() ? "heartbeat" : "comment     " + Printable.of(comment.strip()));
    }
    record(meta("comment").put("text", comment.strip()));
  }

  void notice(String notice) {
    notices.say(Printable.of(notice));
  }

  /** The connection is gone, or there never was one: then {@code openFor} is null. */
  void disconnected(Ending ending, @Nullable Duration openFor, int number) throws IOException {
    record(
        meta("close")
            .put("reason", ending.code())
            .put("detail", ending.sentence())
            .put("afterMs", openFor == null ? null : openFor.toMillis())
            .put("conn", number));
  }

  /** It will be tried again. Tells people of the end of the last connection, too. */
  void retry(
      @Nullable Ending ending, @Nullable Duration openFor, Signal.Reconnecting next, String from)
      throws IOException {
    notices.say(
        "%s%s; retry %d in %s%s"
            .formatted(
                openFor == null
                    ? "no stream   "
                    : "disconnected after " + TextLine.span(openFor) + ": ",
                ending == null ? "" : Printable.of(ending.sentence()),
                next.failures(),
                TextLine.span(next.delay()),
                from.isEmpty() ? "" : " from id " + Printable.of(from)));
    record(meta("retry").put("attempt", next.failures()).put("inMs", next.delay().toMillis()));
  }

  void error(ExitCode exit, Ending ending, String hint) {
    Failure.tell(shell, plan.telling().json(), exit, ending.httpStatus(), ending.sentence(), hint);
  }

  /**
   * What came in all.
   *
   * @param unreadable lines that the standard ignores
   * @param connected whether there ever was a connection
   * @param resume a command to resume with, or empty
   */
  void summary(
      Tally tally,
      long unreadable,
      boolean connected,
      Duration took,
      String lastId,
      String resume,
      ExitCode exit)
      throws IOException {
    if (connected) {
      notices.say(
          "%s in %s, %s, %s%s%s.%s"
              .formatted(
                  TextLine.count(tally.events, "event"),
                  TextLine.span(took),
                  TextLine.count(tally.reconnects, "reconnect"),
                  TextLine.count(tally.gaps, "gap"),
                  tally.omitted == 0 ? "" : ", " + tally.omitted + " dropped",
                  unreadable == 0 ? "" : ", " + TextLine.count(unreadable, "unreadable line"),
                  resume));
    }
    record(
        JsonLine.start()
            .put("v", 1)
            .put("kind", "summary")
            .put("events", tally.events)
            .put("reconnects", tally.reconnects)
            .put("gaps", tally.gaps)
            .put("lost", tally.lost)
            .put("omitted", tally.omitted)
            .put("unreadable", unreadable)
            .put("durationMs", took.toMillis())
            .put("lastId", orNull(lastId))
            .put("exit", exit.code()));
  }

  private JsonLine meta(String kind) {
    return JsonLine.record(kind, Instant.now()).put("user", plan.user());
  }

  private void record(JsonLine line) throws IOException {
    if (plan.telling().meta()) {
      shell.out().line(line.end());
    }
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
