package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Globs;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.From;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.Replay;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/**
 * Where a stream begins.
 *
 * @param id the id of the stream's first event. Before a gap it is what the reader sent, because an
 *     id must never move past a gap that the reader was not told of: cut between the two, it comes
 *     back with the same id and is told again.
 * @param cursor where reading begins, behind the gap
 * @param gap all that is known to be gone, as one event; empty if nothing is
 */
public record Start(Control.Mode mode, String id, Cursor cursor, Optional<Control.Gap> gap) {

  /**
   * Reads the reader's cursor and looks for gaps behind it.
   *
   * @param heads of the logs, as of when the reader came
   */
  public static Start of(StreamSpec spec, List<Follow> follows, Position[] heads) {
    if (spec.lastEventId().isPresent()) {
      return resumed(spec, spec.lastEventId().get(), follows);
    }
    Position[] places =
        switch (spec.from()) {
          case From.Now _ -> heads;
          case From.Oldest _ -> places(follows, Follow::oldest);
          case From.Since(long nanos) ->
              notAfter(heads, places(follows, follow -> follow.before(nanos)));
          case From.Latest(int events) -> beforeLatest(events, spec.types(), follows, heads);
        };
    Cursor cursor = Cursor.at(spec.user(), places);
    return new Start(Control.Mode.FRESH, cursor.toString(), cursor, Optional.empty());
  }

  /** Follows the logs of a user's stream, which most likely begins at the reader's cursor. */
  static Follow[] follow(EventLog log, StreamSpec spec) {
    LogName[] names = {LogName.of(spec.user()), LogName.BROADCASTS};
    Optional<Cursor> sent =
        spec.lastEventId().flatMap(id -> Cursor.parse(id, spec.user(), names.length));
    var follows = new Follow[names.length];
    for (int i = 0; i < names.length; i++) {
      follows[i] = log.follow(names[i], sent.isPresent() ? sent.get().position(i) : null);
    }
    return follows;
  }

  private static Start resumed(StreamSpec spec, String lastEventId, List<Follow> follows) {
    String id = Cursor.echo(lastEventId);
    Optional<Cursor> sent = Cursor.parse(lastEventId, spec.user(), follows.size());
    if (sent.isEmpty()) {
      var gap = new Control.Gap(logs(follows), Replay.Reason.UNKNOWN, OptionalLong.empty());
      Cursor oldest = Cursor.at(spec.user(), places(follows, Follow::oldest));
      return new Start(Control.Mode.GAP, id, oldest, Optional.of(gap));
    }
    Cursor cursor = sent.get();
    Control.Gap all = null;
    for (int i = 0; i < follows.size(); i++) {
      Follow follow = follows.get(i);
      follow.seek(cursor.position(i));
      if (follow.after(cursor.position(i), 1) instanceof Replay.Gap gap) {
        var told = new Control.Gap(follow.log().word(), gap.reason(), gap.lost());
        all = all == null ? told : all.and(told);
        cursor = cursor.with(i, gap.resumeAt());
      }
    }
    return all == null
        ? new Start(Control.Mode.RESUMED, id, cursor, Optional.empty())
        : new Start(Control.Mode.GAP, id, cursor, Optional.of(all));
  }

  private static Position[] places(List<Follow> follows, Function<Follow, Position> place) {
    return follows.stream().map(place).toArray(Position[]::new);
  }

  /** A time in the future means now: when the reader came, and not when it was looked up. */
  private static Position[] notAfter(Position[] heads, Position[] places) {
    for (int i = 0; i < places.length; i++) {
      if (places[i].reaches(heads[i])) {
        places[i] = heads[i];
      }
    }
    return places;
  }

  /** The places before the latest events of all logs together. */
  private static Position[] beforeLatest(
      int count, Globs types, List<Follow> follows, Position[] heads) {
    List<List<StoredEvent>> latest = latest(count, types, follows);
    Position[] places = heads.clone();
    for (int i = 0; i < places.length; i++) {
      if (!latest.get(i).isEmpty()) {
        Position first = latest.get(i).getFirst().position();
        places[i] = Position.kept(first.epoch(), first.sequence() - 1);
      }
    }
    return places;
  }

  /** The latest events of all logs together; for each log its own, the oldest first. */
  public static List<List<StoredEvent>> latest(int count, Globs types, List<Follow> follows) {
    var latest = new ArrayList<List<StoredEvent>>();
    for (Follow follow : follows) {
      latest.add(follow.latest(count, event -> types == Globs.ALL || types.match(event.type())));
    }
    int[] left = latest.stream().mapToInt(List::size).toArray();
    for (int n = 0; n < count; n++) {
      int newest = -1;
      for (int i = 0; i < left.length; i++) {
        if (left[i] > 0
            && (newest < 0 || appended(latest, i, left) - appended(latest, newest, left) > 0)) {
          newest = i;
        }
      }
      if (newest < 0) {
        break;
      }
      left[newest]--;
    }
    for (int i = 0; i < left.length; i++) {
      List<StoredEvent> all = latest.get(i);
      latest.set(i, all.subList(left[i], all.size()));
    }
    return latest;
  }

  private static long appended(List<List<StoredEvent>> latest, int log, int[] left) {
    return latest.get(log).get(left[log] - 1).appendedNanos();
  }

  private static String logs(List<Follow> behind) {
    return behind.size() == 1 ? behind.getFirst().log().word() : Control.Gap.ALL;
  }
}
