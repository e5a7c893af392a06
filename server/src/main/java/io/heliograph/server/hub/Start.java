package io.heliograph.server.hub;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Position;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.Replay;
import java.util.ArrayList;
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
record Start(Control.Mode mode, String id, Cursor cursor, Optional<Control.Gap> gap) {

  // The worst first: it is the one that is told where several logs have a gap.
  private static final List<Replay.Reason> REASONS =
      List.of(
          Replay.Reason.UNKNOWN,
          Replay.Reason.EPOCH,
          Replay.Reason.EXPIRED,
          Replay.Reason.EPHEMERAL,
          Replay.Reason.OMITTED);

  /**
   * Reads the reader's cursor and looks for gaps behind it.
   *
   * @param heads of the logs, as of when the reader came
   */
  static Start of(StreamSpec spec, List<Follow> follows, Position[] heads) {
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
    var gaps = new ArrayList<Replay.Gap>();
    var behind = new ArrayList<Follow>();
    for (int i = 0; i < follows.size(); i++) {
      Follow follow = follows.get(i);
      if (follow.after(cursor.position(i), 1) instanceof Replay.Gap gap) {
        gaps.add(gap);
        behind.add(follow);
        cursor = cursor.with(i, gap.resumeAt());
      }
    }
    if (gaps.isEmpty()) {
      return new Start(Control.Mode.RESUMED, id, cursor, Optional.empty());
    }
    var gap = new Control.Gap(logs(behind), reason(gaps), lost(gaps));
    return new Start(Control.Mode.GAP, id, cursor, Optional.of(gap));
  }

  private static Cursor oldest(StreamSpec spec, List<Follow> follows) {
    return Cursor.at(spec.user(), follows.stream().map(Follow::oldest).toArray(Position[]::new));
  }

  private static String logs(List<Follow> behind) {
    return behind.size() == 1 ? behind.getFirst().log().word() : Control.Gap.ALL;
  }

  private static Replay.Reason reason(List<Replay.Gap> gaps) {
    return REASONS.stream()
        .filter(reason -> gaps.stream().anyMatch(gap -> gap.reason() == reason))
        .findFirst()
        .orElseThrow();
  }

  /** The sum; empty if one of them is not known. */
  private static OptionalLong lost(List<Replay.Gap> gaps) {
    return gaps.stream().allMatch(gap -> gap.lost().isPresent())
        ? OptionalLong.of(gaps.stream().mapToLong(gap -> gap.lost().getAsLong()).sum())
        : OptionalLong.empty();
  }
}
