package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Position;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.Replay;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

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
    Cursor cursor = spec.fromOldest() ? oldest(spec, follows) : Cursor.at(spec.user(), heads);
    return new Start(Control.Mode.FRESH, cursor.toString(), cursor, Optional.empty());
  }

  private static Start resumed(StreamSpec spec, String lastEventId, List<Follow> follows) {
    String id = Cursor.echo(lastEventId);
    Optional<Cursor> sent = Cursor.parse(lastEventId, spec.user(), follows.size());
    if (sent.isEmpty()) {
      var gap = new Control.Gap(logs(follows), Replay.Reason.UNKNOWN, OptionalLong.empty());
      return new Start(Control.Mode.GAP, id, oldest(spec, follows), Optional.of(gap));
    }
    Cursor cursor = sent.get();
    Control.Gap all = null;
    for (int i = 0; i < follows.size(); i++) {
      Follow follow = follows.get(i);
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

  private static Cursor oldest(StreamSpec spec, List<Follow> follows) {
    return Cursor.at(spec.user(), follows.stream().map(Follow::oldest).toArray(Position[]::new));
  }

  private static String logs(List<Follow> behind) {
    return behind.size() == 1 ? behind.getFirst().log().word() : Control.Gap.ALL;
  }
}
