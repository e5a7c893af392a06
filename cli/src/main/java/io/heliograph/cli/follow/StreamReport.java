package io.heliograph.cli.follow;

import io.heliograph.cli.format.Failure;
import io.heliograph.cli.format.JsonLine;
import io.heliograph.cli.format.TextLine;
import io.heliograph.cli.shell.ExitCode;
import io.heliograph.cli.shell.Notices;
import io.heliograph.cli.shell.Printable;
import io.heliograph.cli.shell.Shell;
import io.heliograph.cli.shell.Stdout;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Says what happens to a stream, on stderr, and with {@code --meta} on stdout, too. Methods throw
 * {@link IOException} once nobody reads stdout any more.
 */
final class StreamReport {
  private final Shell shell;
  private final Stdout out;
  private final Notices notices;
  private final boolean json;
  private final boolean meta;
  private final boolean verbose;
  private final @Nullable String user;

  StreamReport(Shell shell, FollowPlan plan) {
    this.shell = shell;
    out = shell.out();
    notices = shell.notices();
    json = plan.telling().json();
    meta = plan.telling().meta();
    verbose = shell.verbose();
    user = plan.user();
  }

  void connecting(URI uri) {
    notices.say("connecting  " + Printable.url(uri.toString()));
  }

  /**
   * A connection is open.
   *
   * @param took since the last one ended, or since the start
   * @param silence how long it may be silent; null for ever
   * @param from the id to resume from, or empty
   */
  void connected(
      Instant at, URI uri, Duration took, @Nullable Duration silence, String from, int connection)
      throws IOException {
    notices.say(
        "connected   "
            + (connection == 1 ? "in " : "again after ")
            + TextLine.span(took)
            + (silence == null || connection > 1
                ? ""
                : ", treated as lost after " + TextLine.span(silence) + " of silence")
            + (from.isEmpty() ? "" : ", resuming from " + Printable.of(from)));
    if (meta) {
      out.line(
          meta("open", at)
              .put("url", Printable.url(uri.toString()))
              .put("connectMs", took.toMillis())
              .put("conn", connection)
              .put("resumeFrom", from.isEmpty() ? null : from)
              .end());
    }
  }

  /** The head of the answer. */
  void headers(Map<String, List<String>> headers) {
    if (verbose) {
      headers.forEach(
          (name, values) ->
              values.forEach(
                  value -> notices.say("header      " + Printable.of(name + ": " + value))));
    }
  }

  /** What was missed has been written; {@code resumed} says whether there was anything to miss. */
  void live(Instant at, long replayed, boolean resumed, boolean gap) throws IOException {
    if (resumed) {
      notices.say(
          "live        "
              + TextLine.count(replayed, "event")
              + " replayed, "
              + (gap ? "after a gap" : "no gap"));
    }
    if (meta) {
      out.line(meta("live", at).put("replayed", replayed).end());
    }
  }

  void gap(Instant at, String log, String reason, OptionalLong lost, String after)
      throws IOException {
    String many =
        lost.isPresent()
            ? TextLine.count(lost.getAsLong(), "event")
            : "an unknown number of events";
    String why =
        switch (log.equals("tail") ? log : reason) {
          case "tail" -> "a tail shows only what passes while it is connected";
          case "expired" -> "the server no longer stores them";
          case "ephemeral" -> "they were ephemeral, and this reader was too slow";
          case "epoch" -> "the server restarted without its log";
          case "unknown" -> "the server does not know the id to resume from";
          default -> reason;
        };
    notices.say(
        "gap         lost "
            + many
            + (log.equals("all") ? " of all logs: " : " of the log '" + Printable.of(log) + "': ")
            + Printable.of(why));
    if (meta) {
      out.line(
          meta("gap", at)
              .put("log", log)
              .put("reason", reason)
              .put("lost", lost.isPresent() ? lost.getAsLong() : null)
              .put("after", after.isEmpty() ? null : after)
              .end());
    }
  }

  /** The server dropped events on purpose, because there were too many. */
  void omitted(Instant at, long events) throws IOException {
    notices.say(
        "dropped     "
            + TextLine.count(events, "event")
            + " beyond the rate limit, or beyond a slow reader's backlog");
    if (meta) {
      out.line(meta("omitted", at).put("events", events).end());
    }
  }

  void comment(Instant at, String comment) throws IOException {
    if (verbose) {
      notices.say(comment.isBlank() ? "heartbeat" : "comment     " + Printable.of(comment.strip()));
    }
    if (meta) {
      out.line(meta("comment", at).put("text", comment.strip()).end());
    }
  }

  void notice(String notice) {
    notices.say(Printable.of(notice));
  }

  /** The connection is gone, or there never was one: then {@code openFor} is null. */
  void disconnected(Instant at, Ending ending, @Nullable Duration openFor, int connection)
      throws IOException {
    if (meta) {
      out.line(
          meta("close", at)
              .put("reason", ending.code())
              .put("detail", ending.sentence())
              .put("afterMs", openFor == null ? null : openFor.toMillis())
              .put("conn", connection)
              .end());
    }
  }

  /** It will be tried again. Tells people of the end of the last connection, too. */
  void retry(
      Instant at,
      @Nullable Ending ending,
      @Nullable Duration openFor,
      int attempt,
      Duration delay,
      String from)
      throws IOException {
    notices.say(
        (openFor == null ? "no stream   " : "disconnected after " + TextLine.span(openFor) + ": ")
            + (ending == null ? "" : Printable.of(ending.sentence()))
            + "; retry "
            + attempt
            + " in "
            + TextLine.span(delay)
            + (from.isEmpty() ? "" : " from id " + Printable.of(from)));
    if (meta) {
      out.line(meta("retry", at).put("attempt", attempt).put("inMs", delay.toMillis()).end());
    }
  }

  void error(ExitCode exit, Ending ending, String hint) {
    Failure.tell(shell, json, exit, ending.httpStatus(), ending.sentence(), hint);
  }

  void summary(
      Tally tally, boolean connected, Duration took, String lastId, String resume, ExitCode exit)
      throws IOException {
    if (connected) {
      notices.say(
          TextLine.count(tally.events(), "event")
              + " in "
              + TextLine.span(took)
              + ", "
              + TextLine.count(tally.reconnects(), "reconnect")
              + ", "
              + TextLine.count(tally.gaps(), "gap")
              + (tally.omitted() == 0 ? "" : ", " + tally.omitted() + " dropped")
              + "."
              + resume);
    }
    if (meta) {
      out.line(
          JsonLine.start()
              .put("v", 1)
              .put("kind", "summary")
              .put("events", tally.events())
              .put("reconnects", tally.reconnects())
              .put("gaps", tally.gaps())
              .put("lost", tally.lost())
              .put("omitted", tally.omitted())
              .put("durationMs", took.toMillis())
              .put("lastId", lastId.isEmpty() ? null : lastId)
              .put("exit", exit.code())
              .end());
    }
  }

  private JsonLine meta(String kind, Instant at) {
    return JsonLine.record(kind, at).put("user", user);
  }
}
