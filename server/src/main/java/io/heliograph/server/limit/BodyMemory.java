package io.heliograph.server.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Limits the memory of all request bodies in transit, and of responses that wait for their readers.
 * Small parts may use the last quarter, which large ones may not, so that single events pass while
 * batches are refused. Thread-safe.
 */
public final class BodyMemory {

  /** The maximum size of a small part: by default, any single event. */
  static final long SMALL_BYTES = 2 << 20;

  private static final int PARTS_FOR_SMALL = 4;

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  /**
   * Creates it without used memory.
   *
   * @param limit in bytes, at least 1
   */
  public BodyMemory(long limit) {
    this.limit = limit;
  }

  /** Begins with nothing. */
  public Part open() {
    return new Part();
  }

  /** The used memory, in bytes. */
  public long taken() {
    return taken.get();
  }

  /** The memory of one request. Thread-safe; may be closed repeatedly. */
  public final class Part implements AutoCloseable {
    private final AtomicLong bytes = new AtomicLong();

    private Part() {}

    /** Reserves memory; returns false and reserves nothing if there is not enough. */
    public boolean grow(long more) {
      long mine = bytes.addAndGet(more);
      long most = mine <= SMALL_BYTES ? limit : limit - limit / PARTS_FOR_SMALL;
      if (taken.addAndGet(more) > most) {
        shrink(more);
        return false;
      }
      return true;
    }

    /** Reserves memory, even if there is not enough. */
    public void force(long more) {
      bytes.addAndGet(more);
      taken.addAndGet(more);
    }

    /** Releases memory. */
    public void shrink(long less) {
      bytes.addAndGet(-less);
      taken.addAndGet(-less);
    }

    @Override
    public void close() {
      taken.addAndGet(-bytes.getAndSet(0));
    }
  }
}
