package io.heliograph.server.log.redis;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogTail;
import io.heliograph.server.log.Reader;
import io.heliograph.server.log.Replay;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Function;
import java.util.function.Predicate;

/** A reader's hold on a log of which only the latest events are in memory. */
final class RedisFollow extends Reader implements Follow {

  // The clocks of two nodes differ. Better an event twice than none.
  private static final Duration CLOCK_SKEW = Duration.ofSeconds(5);

  private final Mirrors mirrors;
  private final Mirror mirror;
  private final Position since;
  private int life;

  // The reader has a position that this node does not know, because it could not read the log: the
  // reader comes from another node, which is ahead.
  private volatile boolean ahead;

  RedisFollow(Mirrors mirrors, Mirror mirror) {
    this.mirrors = mirrors;
    this.mirror = mirror;
    this.since = Position.since(mirrors.millis());
    View view = mirror.view();
    this.life = -1;
    if (view != null) {
      life = view.life();
      startAfter(view.tail().lastStep());
    }
  }

  @Override
  public LogName log() {
    return mirror.log();
  }

  @Override
  public Position head() {
    View view = mirror.view();
    return view == null ? since : view.tail().head();
  }

  @Override
  public boolean degraded() {
    return mirror.view() == null || !mirrors.isUp(mirror);
  }

  @Override
  public Position oldest() {
    return inMemory(LogTail::oldest, since);
  }

  @Override
  public Position before(long nanos) {
    return inMemory(tail -> tail.before(nanos), Position.since(mirrors.millis(nanos)));
  }

  @Override
  public List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted) {
    return inMemory(tail -> tail.latest(count, wanted), List.of());
  }

  /** Reads all that is kept; answers the other value if it cannot be read. */
  private <T> T inMemory(Function<LogTail, T> read, T otherwise) {
    while (true) {
      if (!isWhole() && !mirrors.load(mirror)) {
        return otherwise;
      }
      View view = mirror.view();
      if (view != null && view.whole()) {
        T result = read.apply(view.tail());
        if (view.equals(mirror.view())) {
          return result;
        }
      }
      // Others have replaced it meanwhile.
    }
  }

  private boolean isWhole() {
    View view = mirror.view();
    return view != null && view.whole();
  }

  @Override
  public Replay after(Position position, int maxBytes) {
    while (true) {
      View view = mirror.view();
      if (view == null) {
        return Replay.NOTHING; // The mirror wakes its readers when it was read.
      }
      if (life != view.life()) {
        // Ephemeral events that were appended before are not for those who came since.
        life = view.life();
        startAfter(view.firstStep());
      }
      Replay replay = after(view, position, maxBytes);
      // Of a tail that is replaced at this moment, what is kept looks gone.
      if (view.equals(mirror.view()) || !(replay instanceof Replay.Gap)) {
        return replay;
      }
    }
  }

  private Replay after(View view, Position position, int maxBytes) {
    if (position.isTime()) {
      return view.whole()
          ? new Replay.Skipped(
              view.tail().before(mirrors.nanos(position.sequence()) - CLOCK_SKEW.toNanos()))
          : cold();
    }
    if (ahead && isUnknown(view, position)) {
      return cold();
    }
    if (position.epoch() != view.epoch()) {
      Long last = view.lastOf(position.epoch());
      if (last != null) {
        Position same = Position.kept(view.epoch(), Math.min(last, position.sequence()));
        return position.sequence() <= last
            ? new Replay.Skipped(same)
            : new Replay.Gap(Replay.Reason.EPOCH, OptionalLong.empty(), same);
      }
    }
    return view.covers(position) ? view.tail().after(position, maxBytes, this) : cold();
  }

  private Replay cold() {
    return mirrors.mayLoad(mirror) ? Replay.COLD : Replay.NOTHING;
  }

  /** Whether a position is after all that a view has seen: in its epoch or in a later one. */
  private static boolean isUnknown(View view, Position position) {
    return !position.isTime()
        && (position.epoch() == view.epoch()
            ? position.sequence() > view.tail().head().sequence()
            : view.lastOf(position.epoch()) == null);
  }

  @Override
  public void seek(Position position) {
    View view = mirror.view();
    if (view == null || isUnknown(view, position)) {
      ahead = !mirrors.loadAnew(mirror);
    } else if (!position.isTime() && !view.covers(position)) {
      var _ = mirrors.load(mirror);
    }
  }

  @Override
  public void load() {
    if (ahead) {
      ahead = !mirrors.loadAnew(mirror);
    } else if (!isWhole()) {
      var _ = mirrors.load(mirror);
    }
  }

  @Override
  public void close() {
    if (closes()) {
      mirrors.unfollow(mirror);
    }
  }
}
