package io.heliograph.server.log.file;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Finds the segments at the start. Reads only those that have no index: mostly the last. */
final class Recovery {

  private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

  private final Disk disk;
  private final State state;

  Recovery(Disk disk, State state) {
    this.disk = disk;
    this.state = state;
  }

  /** The state of a directory: its own, or a new one if there is none or it is damaged. */
  static State state(Disk disk) throws IOException {
    List<Integer> segments = segments(disk);
    try {
      return State.load(disk);
    } catch (DamagedException e) {
      State state = State.create(disk);
      if (!segments.isEmpty()) {
        int last = segments.getLast();
        // Written with another secret.
        for (int segment : segments) {
          disk.delete(SegmentIndex.file(segment));
        }
        state.lastSegment(last);
        state.mark(Entry.location(last + 1, 0));
        damage("The file " + State.FILE + " is damaged or missing");
      }
      state.save(); // Only now: without the mark, places would be given twice.
      return state;
    }
  }

  static List<Integer> segments(Disk disk) throws IOException {
    var numbers = new TreeSet<Integer>();
    for (String name : disk.list()) {
      if (name.matches("[0-9a-f]{8}\\.log")) {
        numbers.add(Integer.parseUnsignedInt(name.substring(0, 8), 16));
      }
    }
    return new ArrayList<>(numbers);
  }

  private static void damage(String what) {
    LOG.log(
        System.Logger.Level.ERROR,
        "{0}. Readers of logs that may have lost events receive stream.gap.",
        what);
  }

  /** Fills in the segments; answers the one to be written on, or null if another must begin. */
  @Nullable Segment run(Map<Integer, Segment> into) throws IOException {
    List<String> files = disk.list();
    for (String name : files) {
      if (name.endsWith(".new")) {
        disk.delete(name);
      }
    }
    List<Integer> numbers = segments(disk);
    checkComplete(numbers);
    Segment last = null;
    for (int number : numbers) {
      boolean isLast = number == numbers.getLast();
      if (!isLast && files.contains(SegmentIndex.file(number))) {
        var index = new SegmentIndex(disk, number);
        into.put(number, new Segment(number, index, disk.size(Segment.file(number))));
      } else {
        var segment = new Segment(number, new Table());
        into.put(number, segment);
        boolean whole = scan(segment, isLast);
        // Behind a mark, because what is before it counts as damaged.
        last =
            isLast && whole && !state.isMarked(Entry.location(number, segment.size() + 1))
                ? segment
                : null;
      }
    }
    return last;
  }

  private void checkComplete(List<Integer> numbers) throws IOException {
    int missing = 0;
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) != numbers.get(i - 1) + 1) {
        missing = numbers.get(i);
      }
    }
    if (state.lastSegment() > 0 && (numbers.isEmpty() || numbers.getLast() < state.lastSegment())) {
      missing = state.lastSegment() + 1;
    }
    if (missing > 0 && !state.isMarked(Entry.location(missing, 0))) {
      state.mark(Entry.location(missing, 0));
      state.save();
      damage("A segment before " + Segment.file(missing) + " is missing");
    }
    if (!numbers.isEmpty() && numbers.getLast() > state.lastSegment()) {
      state.lastSegment(numbers.getLast());
    }
  }

  /** Reads a segment; answers whether it can be written on. */
  private boolean scan(Segment segment, boolean isLast) throws IOException {
    Table table = Objects.requireNonNull(segment.table());
    Scan.Result result =
        new Scan(disk, segment.file(), segment.number())
            .run(
                (entry, offset) -> {
                  if (entry.kind() != Entry.MOVED) {
                    table.put(state.hash(entry.name()), offset);
                  }
                  segment.grown(0, entry.millis());
                });
    segment.grown(result.end(), 0);
    long damagedUpTo = result.damagedUpTo();
    if (result.torn() > 0 && isLast) {
      LOG.log(
          System.Logger.Level.WARNING,
          "Cut off {0} bytes at the end of {1}, which a crash had left incomplete. None of them"
              + " were acknowledged.",
          Long.toString(result.torn()),
          segment.file());
      try (Disk.File file = disk.open(segment.file())) {
        file.truncate(result.end());
        file.sync();
      }
    } else if (result.torn() > 0) {
      damagedUpTo = result.end() + result.torn(); // Sealed, so it was synced.
    }
    if (damagedUpTo == 0) {
      return true;
    }
    state.mark(Entry.location(segment.number(), damagedUpTo));
    state.save();
    damage(segment.file() + " is damaged before byte " + damagedUpTo);
    return false;
  }

  /** Writes the index of a segment anew, from its records. */
  void index(Segment segment) throws IOException {
    var scanned = new Segment(segment.number(), new Table());
    scan(scanned, false);
    Table table = Objects.requireNonNull(scanned.table());
    SegmentIndex.write(disk, segment.number(), table, scanned.lastMillis());
    segment.indexed(new SegmentIndex(disk, segment.number()));
  }
}
