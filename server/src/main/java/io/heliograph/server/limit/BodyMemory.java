package io.heliograph.server.limit;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Bounds the memory that the bodies of all requests under way take together, and the answers that
 * wait for their readers. Small parts may use a last quarter that large ones may not, so that
 * single events pass while batches have to wait. Thread-safe.
 */
public final class BodyMemory {

  /** A part of at most this size is small: any single event by default. */
  static final long SMALL_BYTES = 2 << 20;

  private static final int PARTS_FOR_SMALL = 4;

  private final long limit;
  private final AtomicLong taken = new AtomicLong();

  /**
   * All of it free.
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

  /** How much is taken, in bytes. */
  public long taken() {
    return taken.get();
  }

  /** What one request takes. Thread-safe; closing twice does no harm. */
  public final class Part implements AutoCloseable {
    private final AtomicLong bytes = new AtomicLong();

    private Part() {}

    /** Takes so much more; false, and nothing is taken, if there is not enough. */
    public boolean grow(long more) {
      long mine = bytes.addAndGet(more);
      long most = mine <= SMALL_BYTES ? limit : limit - limit / PARTS_FOR_SMALL;
      if (taken.addAndGet(more) > most) {
        shrink(more);
        return false;
      }
      return true;
    }

    /** Takes so much more, even if there is not enough. */
    public void force(long more) {
      bytes.addAndGet(more);
      taken.addAndGet(more);
    }

    /** Gives so much back. */
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
