package io.heliograph.server.log;

import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.log.packed.Order;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bound on the memory of all users' logs together, shared out fairly among publishers: what has
 * to go is the longest unused part of the publisher that has most, within a factor of two. So a
 * publisher that has less than half of an equal share loses nothing, whatever the others publish.
 *
 * <p>Thread-safe. One lock for all of it, held for a few pointers; taken by a tail under its own
 * monitor, so that what is counted and what is there agree at any time. Calls nobody while it is
 * held.
 */
public final class Budget {

  /** What an event costs beside its block: the object, its position, its places in two arrays. */
  private static final int EVENT_OVERHEAD = 120;

  /** What a key costs: its object, its place in a map. */
  private static final int KEY_OVERHEAD = 80;

  /** What a publisher's share of a log costs. */
  private static final int SHARE_OVERHEAD = 100;

  private final long limit;
  private final Duration age;

  // Guarded by the monitor, as is the place of every share, tail and account in its order.
  private final Map<String, Account> accounts = new HashMap<>();
  private final List<Order<Account>> bySize; // The index is that of the leading bit of the bytes.
  private final Order<LogTail> byUse = new Order<>();
  private long total;
  private long evictions;

  /**
   * Starts empty.
   *
   * @param limit in bytes, overhead estimated
   * @param age for how long a log may be unused
   */
  public Budget(long limit, Duration age) {
    this.limit = limit;
    this.age = age;
    this.bySize = Stream.generate(Order<Account>::new).limit(Long.SIZE).toList();
  }

  /** What one publisher has in all logs. */
  static final class Account {
    private final String publisher;
    private final Order<Share> byUse = new Order<>();
    private int size = -1; // Its index in bySize; -1 if it is nowhere there.
    private int place = Order.NOWHERE;
    private int shares;
    private long bytes;

    Account(String publisher) {
      this.publisher = publisher;
    }
  }

  /** What an event of a window costs that counts for itself, its block not shared. */
  static long cost(StoredEvent event) {
    return (long) event.length() + EVENT_OVERHEAD + (event.key() == null ? 0 : KEY_OVERHEAD);
  }

  public synchronized long total() {
    return total;
  }

  public synchronized long evictions() {
    return evictions;
  }

  /** Counts a new log. */
  synchronized void open(LogTail tail, long now) {
    total += LogTail.LOG_OVERHEAD;
    tail.usedNanos = now;
    tail.place = byUse.add(tail);
  }

  /** Counts a log off; its shares are closed already. */
  synchronized void close(LogTail tail) {
    total -= LogTail.LOG_OVERHEAD;
    byUse.remove(tail.place);
  }

  /** Makes the log the latest used. */
  synchronized void use(LogTail tail, long now) {
    tail.usedNanos = now;
    byUse.moveLast(tail.place);
  }

  /** Counts a publisher's share of a log. */
  synchronized Share open(String publisher, LogTail tail, int id) {
    Account account = accounts.computeIfAbsent(publisher, Account::new);
    account.shares++;
    total += SHARE_OVERHEAD;
    // A publisher pays for the logs that there are because of it.
    count(account, SHARE_OVERHEAD + LogTail.LOG_OVERHEAD);
    var share = new Share(account.publisher, tail, id, account);
    share.place = account.byUse.add(share);
    return share;
  }

  /** Counts a share off that holds nothing any more. */
  synchronized void close(Share share) {
    Account account = share.account;
    account.byUse.remove(share.place);
    total -= SHARE_OVERHEAD;
    count(account, -SHARE_OVERHEAD - LogTail.LOG_OVERHEAD);
    if (--account.shares == 0) {
      bySize.get(account.size).remove(account.place);
      accounts.remove(account.publisher);
    }
  }

  /** Counts an event; its share and its log are the latest used. */
  synchronized void add(Share share, StoredEvent event) {
    long bytes = cost(event) - (event.hold() ? 0 : event.length());
    total += bytes;
    count(share.account, bytes);
    share.account.byUse.moveLast(share.place);
    use(share.tail, event.appendedNanos());
  }

  /** Counts an event off. */
  synchronized void remove(Share share, StoredEvent event) {
    long bytes = cost(event) - (event.release() ? 0 : event.length());
    total -= bytes;
    count(share.account, -bytes);
  }

  private void count(Account account, long bytes) {
    account.bytes += bytes;
    int size = Long.SIZE - 1 - Long.numberOfLeadingZeros(account.bytes | 1);
    if (account.size != size) {
      if (account.size >= 0) {
        bySize.get(account.size).remove(account.place);
      }
      account.size = size;
      account.place = bySize.get(size).add(account);
    }
  }

  /**
   * What must go now for want of memory; null if nothing.
   *
   * @param tail with the publisher: where the latest event is, which does not go
   */
  synchronized @Nullable Share victim(LogTail tail, String publisher) {
    if (total <= limit) {
      return null;
    }
    for (Order<Account> accountsOfSize : bySize.reversed()) {
      Account account = accountsOfSize.first();
      if (account != null) {
        Share oldest = account.byUse.first();
        return oldest == null || (oldest.tail == tail && account.publisher.equals(publisher))
            ? null
            : evicted(oldest);
      }
    }
    return null;
  }

  /** A log that was not used for the age; null if there is none. */
  synchronized @Nullable LogTail unused(long now) {
    LogTail oldest = byUse.first();
    return oldest == null || now - oldest.usedNanos <= age.toNanos() ? null : evicted(oldest);
  }

  /** The longest unused log while there is too little memory, now the latest used; null if none. */
  public synchronized @Nullable LogTail next() {
    LogTail oldest = total > limit ? byUse.first() : null;
    if (oldest != null) {
      byUse.moveLast(oldest.place);
    }
    return oldest;
  }

  private <T> T evicted(T victim) {
    evictions++;
    return victim;
  }
}
