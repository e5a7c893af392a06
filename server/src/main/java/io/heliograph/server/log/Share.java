package io.heliograph.server.log;

import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.packed.Order;
import java.util.List;

/** What one publisher has in one log. */
final class Share {

  final String publisher;
  final LogTail tail;
  final Budget.Account account;

  /** Names it among the shares of its tail. */
  final int id;

  // Guarded by the budget: its place among the shares of the publisher.
  int place = Order.NOWHERE;

  // Guarded by the tail: kept events and the bytes of their blocks; ephemeral events.
  private int events;
  private long bytes;
  private int ephemeral;

  Share(String publisher, LogTail tail, int id, Budget.Account account) {
    this.publisher = publisher;
    this.tail = tail;
    this.account = account;
    this.id = id;
  }

  /** Counts an event that the tail has taken in. */
  void add(StoredEvent event) {
    count(event, 1);
  }

  /** Counts off an event that the tail has dropped. */
  void remove(StoredEvent event) {
    count(event, -1);
  }

  private void count(StoredEvent event, int one) {
    if (event.ephemeral()) {
      ephemeral += one;
    } else {
      events += one;
      bytes += (long) one * event.length();
    }
  }

  /**
   * The one that has most of what is kept.
   *
   * @param byBytes whether bytes count, or events
   * @param newest whose is the newest event, which is not counted
   */
  static Share largest(List<Share> shares, Share newest, boolean byBytes) {
    Share largest = null;
    for (Share share : shares) {
      if (share.events > (share == newest ? 1 : 0)
          && (largest == null
              || (byBytes ? share.bytes > largest.bytes : share.events > largest.events))) {
        largest = share;
      }
    }
    return largest == null ? newest : largest;
  }

  boolean isEmpty() {
    return events == 0 && ephemeral == 0;
  }
}
