package io.heliograph.server.log;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What each publisher has in one log. Their {@link LogTail} guards them. */
final class Shares {

  private final LogTail tail;
  private final Budget budget;
  private List<Share> all = List.of(); // Most logs are those of idle streams.

  /** Starts empty. */
  Shares(LogTail tail, Budget budget) {
    this.tail = tail;
    this.budget = budget;
  }

  /** The publisher's share, a new one if there is none. */
  Share of(String publisher) {
    for (Share share : all) {
      if (share.publisher.equals(publisher)) {
        return share;
      }
    }
    int id = 0;
    while (find(id) != null) {
      id++;
    }
    Share share = budget.open(publisher, tail, id);
    if (all.isEmpty()) {
      all = new ArrayList<>(1);
    }
    all.add(share);
    return share;
  }

  /** Whether the share was not closed yet. */
  boolean has(Share share) {
    return all.contains(share);
  }

  /** The share that has an id. */
  Share get(int id) {
    Share share = find(id);
    if (share == null) {
      throw new IllegalStateException("no publisher has share " + id);
    }
    return share;
  }

  private @Nullable Share find(int id) {
    for (Share share : all) {
      if (share.id == id) {
        return share;
      }
    }
    return null;
  }

  /**
   * The one that has most of what is kept.
   *
   * @param byBytes whether bytes count, or events
   * @param newest the id of that of the newest event, which is not counted
   */
  Share largest(boolean byBytes, int newest) {
    return all.size() == 1 ? all.getFirst() : Share.largest(all, get(newest), byBytes);
  }

  /** All as they are now. */
  List<Share> now() {
    return List.copyOf(all);
  }

  void closeIfEmpty(Share share) {
    if (share.isEmpty()) {
      close(share);
    }
  }

  void close(Share share) {
    if (all.remove(share)) {
      budget.close(share);
    }
  }
}
