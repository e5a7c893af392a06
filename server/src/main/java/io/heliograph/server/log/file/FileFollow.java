package io.heliograph.server.log.file;

import io.heliograph.server.event.Position;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogTail;
import io.heliograph.server.log.Reader;
import io.heliograph.server.log.Replay;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** A reader's hold on a log whose events may leave memory and come back. */
final class FileFollow extends Reader implements Follow {

  private final FileEventLog logs;
  private final Hot hot;

  FileFollow(FileEventLog logs, Hot hot) {
    super(hot.pinnedTail());
    this.logs = logs;
    this.hot = hot;
  }

  @Override
  public LogName log() {
    return hot.log();
  }

  @Override
  public Position head() {
    return hot.head();
  }

  @Override
  public Position oldest() {
    return inMemory(LogTail::oldest);
  }

  @Override
  public Position before(long nanos) {
    return inMemory(tail -> tail.before(nanos));
  }

  @Override
  public List<StoredEvent> latest(int count, Predicate<StoredEvent> wanted) {
    return inMemory(tail -> tail.latest(count, wanted));
  }

  private <T> T inMemory(Function<LogTail, T> read) {
    while (true) {
      logs.load(hot);
      LogTail tail = hot.tail;
      if (tail != null) {
        T result = read.apply(tail);
        if (hot.tail == tail) {
          return result;
        }
      }
      // It has left memory meanwhile.
    }
  }

  @Override
  public Replay after(Position position, int maxBytes) {
    LogTail tail = hot.tail;
    if (tail != null) {
      Replay replay = tail.after(position, maxBytes, this);
      // Of one that leaves memory at this moment, what is kept looks gone.
      return hot.tail == tail || !(replay instanceof Replay.Gap) ? replay : Replay.COLD;
    }
    Position left = hot.left;
    return left != null
            && position.epoch() == left.epoch()
            && position.sequence() == left.sequence()
            && step() >= left.step()
        ? Replay.NOTHING
        : Replay.COLD;
  }

  @Override
  public void load() {
    logs.load(hot);
  }

  @Override
  public void close() {
    if (closes()) {
      logs.unfollow(hot);
    }
  }
}
