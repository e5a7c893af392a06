package io.heliograph.server.log.file;

import io.heliograph.server.event.NanoClock;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.event.UserId;
import io.heliograph.server.event.WallClock;
import io.heliograph.server.log.Appended;
import io.heliograph.server.log.Budget;
import io.heliograph.server.log.EventLog;
import io.heliograph.server.log.Follow;
import io.heliograph.server.log.LogName;
import io.heliograph.server.log.LogTail;
import io.heliograph.server.log.LogUnavailableException;
import io.heliograph.server.log.MemoryEventLog;
import io.heliograph.server.log.Retention;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps events on the disk of one node: an event is kept once {@link #append} returns, and readers
 * see no other.
 *
 * <p>A log is in memory while it is used: all of its kept events, so that reading never waits for
 * the disk, or none of them. Memory is bounded: the longest unused logs leave it first, those of
 * readers that have caught up included. {@link Follow#load} brings one back. The edges of presence
 * are in memory only, because they are about the connections of this process.
 */
public final class FileEventLog implements EventLog {

  // How many logs at most leave memory when one comes, so that each step is short.
  private static final int MAX_UNLOADS = 16;

  private static final int PRESENCE_BYTES = 16 << 20;

  private final Options options;
  private final NanoClock clock;
  private final Disk disk;
  private final State state;
  private final Segments segments;
  private final Loader loader;
  private final Committer committer;
  private final Keeper keeper;
  private final ConcurrentMap<UserId, Hot> users = new ConcurrentHashMap<>();
  private final Budget ofUsers;
  private final Budget ofBroadcasts; // Counts only: this log has its own bounds.
  private final Hot broadcasts;
  private final EventLog presence;

  /**
   * What can be chosen.
   *
   * @param totalBytes bound on what users' logs take in memory, overhead estimated
   * @param segmentBytes from which size on another file begins
   * @param threads whether it has threads of its own; a test that has none calls {@link #keep}
   */
  public record Options(
      Retention perUser, Retention broadcast, long totalBytes, int segmentBytes, boolean threads) {

    /** The usual size of a file. */
    public static final int SEGMENT_BYTES = 64 << 20;
  }

  /**
   * Opens the logs of a disk, which is closed with this.
   *
   * @throws IOException if the disk fails; not because of damage, which readers are told of
   */
  public FileEventLog(Disk disk, Options options, NanoClock clock, InstantSource timeOfDay)
      throws IOException {
    this.disk = disk;
    this.options = options;
    this.clock = clock;
    this.ofUsers = new Budget(options.totalBytes(), options.perUser().age());
    this.ofBroadcasts = new Budget(Long.MAX_VALUE, options.broadcast().age());
    this.presence =
        new MemoryEventLog(options.perUser(), options.broadcast(), PRESENCE_BYTES, clock);
    this.state = Recovery.state(disk);
    this.segments = new Segments(disk, state, options.segmentBytes());
    var times = new WallClock(clock, timeOfDay);
    this.loader = new Loader(segments, state, clock, times);
    this.committer = new Committer(segments, state, clock, times, this::unpin, !options.threads());
    this.broadcasts = hot(LogName.BROADCASTS);
    loader.load(broadcasts, options.broadcast(), ofBroadcasts);
    long age = Math.max(options.perUser().age().toMillis(), options.broadcast().age().toMillis());
    this.keeper =
        new Keeper(this, disk, segments, state, committer, () -> times.millis(clock.nanos()), age);
    committer.start();
    if (options.threads()) {
      keeper.start();
    }
  }

  private Hot hot(LogName log) {
    byte[] name = Hot.name(log);
    return new Hot(log, name, state.hash(name));
  }

  @Override
  public boolean waits() {
    return true;
  }

  @Override
  public Optional<String> fault() {
    return committer.fault();
  }

  @Override
  public Appended append(LogName name, Publication publication) {
    return begin(name, publication).await();
  }

  @Override
  public Pending begin(LogName name, Publication publication) {
    if (name instanceof LogName.Presence) {
      return presence.begin(name, publication);
    }
    if (publication.event().ephemeral()) {
      return beginEphemeral(name, publication);
    }
    checkNoFault();
    return committer.add(Request.Kind.APPEND, pin(name), publication);
  }

  private void checkNoFault() {
    committer
        .fault()
        .ifPresent(
            reason -> {
              throw new LogUnavailableException(reason);
            });
  }

  /** An event for those who are there: it is never on disk. */
  private Pending beginEphemeral(LogName name, Publication publication) {
    if (name instanceof LogName.OfUser(UserId user)) {
      Hot known = users.get(user);
      if (known == null || known.follows == 0) {
        // Nobody is there to get it, and for nobody else is it kept.
        var passed =
            new Appended.Stored(StoredEvent.of(new Position(0, 0, 1), publication, clock.nanos()));
        return () -> passed;
      }
    }
    Hot hot = pin(name);
    if (hot.begun.get() > 0 && committer.fault().isEmpty()) {
      return committer.add(Request.Kind.PASS, hot, publication); // Not before those.
    }
    try {
      Appended appended =
          Objects.requireNonNull(hot.pinnedTail().append(publication), "a pinned log stays");
      return () -> appended;
    } finally {
      unpin(hot);
    }
  }

  /** A log's events are in memory until the pin is taken out. */
  Hot pin(LogName name) {
    return switch (name) {
      case LogName.OfUser(UserId user) -> {
        Hot pinned =
            users.compute(
                user,
                (_, known) -> {
                  Hot hot = loaded(name, known);
                  hot.pins++;
                  return hot;
                });
        makeRoom();
        yield pinned;
      }
      case LogName.Broadcasts _ -> broadcasts;
      case LogName.Presence _, LogName.Tail _ ->
          throw new IllegalArgumentException(name.word() + " is not on disk");
    };
  }

  private Hot loaded(LogName name, @Nullable Hot known) {
    Hot hot = known == null ? hot(name) : known;
    if (hot.tail == null) {
      loader.load(hot, options.perUser(), ofUsers);
    }
    return hot;
  }

  void unpin(Hot hot) {
    UserId user = hot.user();
    if (user != null) {
      users.computeIfPresent(
          user,
          (_, known) -> {
            known.pins--;
            return known;
          });
    }
  }

  /**
   * Removes a pinned log of which nothing is kept, with its pin, unless somebody else uses it.
   *
   * @param before only if its latest event is older
   * @return whether it was removed
   */
  boolean removeIfEmpty(Hot hot, long before) {
    UserId user = Objects.requireNonNull(hot.user());
    return users.computeIfPresent(
            user,
            (_, known) -> {
              LogTail tail = known.pinnedTail();
              if (known.pins > 1
                  || known.follows > 0
                  || known.latestMillis >= before
                  || tail.size() > 0) {
                return known;
              }
              state.removed(known.hash());
              tail.remove();
              return null;
            })
        == null;
  }

  private void makeRoom() {
    for (int i = 0; i < MAX_UNLOADS; i++) {
      LogTail unused = ofUsers.next();
      if (unused == null) {
        return;
      }
      users.computeIfPresent(
          Objects.requireNonNull(unused.user()),
          (_, hot) -> hot.tail == unused && hot.pins == 0 ? unloaded(hot, unused) : hot);
    }
  }

  private static @Nullable Hot unloaded(Hot hot, LogTail tail) {
    if (tail.isPassing()) {
      return hot;
    }
    Position head = tail.head();
    hot.left = new Position(head.epoch(), head.sequence(), tail.lastStep());
    hot.tail = null; // Before it is emptied: readers look whether it is still theirs.
    tail.remove();
    return hot.follows == 0 ? null : hot;
  }

  @Override
  public Follow follow(LogName name) {
    return switch (name) {
      case LogName.OfUser(UserId user) -> {
        Hot followed =
            users.compute(
                user,
                (_, known) -> {
                  Hot hot = loaded(name, known);
                  hot.follows++;
                  hot.pins++; // Until the reader has taken its place.
                  return hot;
                });
        followed.pinnedTail().use();
        var follow = new FileFollow(this, followed);
        unpin(followed);
        makeRoom();
        yield follow;
      }
      case LogName.Broadcasts _ -> new FileFollow(this, broadcasts);
      case LogName.Presence _ -> presence.follow(name);
      case LogName.Tail _ -> throw new IllegalArgumentException("nothing keeps a tail");
    };
  }

  void unfollow(Hot hot) {
    UserId user = hot.user();
    if (user != null) {
      users.computeIfPresent(
          user,
          (_, known) -> {
            known.follows--;
            boolean used = known.follows > 0 || known.pins > 0;
            LogTail tail = known.tail;
            if (used || (tail != null && (known.last != 0 || known.unreadable))) {
              return known;
            }
            if (tail != null) {
              tail.remove(); // Nothing was ever kept: it begins again with nobody the wiser.
            }
            return null;
          });
    }
  }

  /** Brings the events of a log that is followed into memory. */
  void load(Hot hot) {
    if (hot.user() != null && hot.tail == null) {
      unpin(pin(hot.log()));
    }
  }

  @Override
  public void forget(UserId user) {
    checkNoFault();
    committer.add(Request.Kind.FORGET, pin(LogName.of(user)), null).awaitDone();
  }

  @Override
  public Usage usage() {
    return new Usage(users.size(), ofUsers.total() + ofBroadcasts.total(), 0);
  }

  /** Does what its own thread does from time to time. */
  public void keep() {
    keeper.look();
  }

  /** Bytes on disk. */
  public long diskBytes() {
    return segments.bytes();
  }

  @Override
  public void close() {
    try {
      keeper.close();
      committer.close();
      if (committer.fault().isEmpty()) {
        segments.writeIndexes();
        state.save();
      }
      segments.close();
      disk.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      System.getLogger(FileEventLog.class.getName())
          .log(System.Logger.Level.WARNING, "The log was not closed properly.", e);
    }
    users.clear();
  }
}
