package io.heliograph.server.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.http2.FlowControl;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Flag;
import io.helidon.http.http2.Http2FrameData;
import io.helidon.http.http2.Http2FrameHeader;
import io.helidon.http.http2.Http2FrameTypes;
import io.helidon.http.http2.Http2Headers;
import io.helidon.http.http2.Http2RstStream;
import io.helidon.http.http2.Http2Settings;
import io.helidon.http.http2.Http2StreamWriter;
import io.heliograph.server.hub.SinkClosedException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one HTTP/2 stream (RFC 9113, section 5): writes within the windows that the
 * peer gives, and knows when it is over. One thread at a time writes; any may end it.
 *
 * <p>Helidon's own response does not know when its stream is over. Goes with {@link Http2Streams}.
 */
public final class Http2Channel {

  // How often whoever has broken off looks whether its last write has come to its end.
  private static final Duration LOOK_AGAIN = Duration.ofMillis(500);

  private enum State {
    OPEN,
    /** This side has said its last word. */
    ENDED,
    /** This side has broken off; the peer is told. */
    ABORTED,
    /** The peer has reset the stream, or the connection is gone. */
    LEFT
  }

  private final Http2Streams connection;
  private final int id;
  private final Http2StreamWriter writer;
  private final FlowControl.Outbound windows;
  private final CountDownLatch over = new CountDownLatch(1);

  // Held while a frame is written or a window is waited for.
  private final ReentrantLock writing = new ReentrantLock();

  // Guarded by this, but read without.
  private volatile State state = State.OPEN;

  private volatile long accepted; // Written under the lock of writing.

  // Guarded by this: who waits for a window.
  private @Nullable Thread waiting;

  Http2Channel(
      Http2Streams connection, int id, Http2StreamWriter writer, FlowControl.Outbound windows) {
    this.connection = connection;
    this.id = id;
    this.writer = writer;
    this.windows = windows;
  }

  int id() {
    return id;
  }

  /**
   * Writes the answer's head.
   *
   * @param last whether nothing follows
   * @throws SinkClosedException if the stream is over
   */
  public void head(Http2Headers head, boolean last) {
    int flags = Http2Flag.END_OF_HEADERS | (last ? Http2Flag.END_OF_STREAM : 0);
    write(last, () -> writer.writeHeaders(head, id, Http2Flag.HeaderFlags.create(flags), windows));
  }

  /**
   * Writes bytes of the answer's body in as few frames as the windows allow; waits for them.
   *
   * @param last whether nothing follows
   * @throws SinkClosedException if the stream is over
   */
  public void data(byte[] bytes, int from, int to, boolean last) {
    write(
        last,
        () -> {
          int at = from;
          long before = accepted - from;
          do {
            checkOpen(); // Before: what is reserved and not written is lost to the connection.
            int length = reserve(to - at);
            boolean end = last && at + length == to;
            frame(BufferData.create(bytes, at, length), length, end);
            at += length;
            accepted = before + at;
          } while (at < to);
        });
  }

  /** How many bytes of the body the windows and the socket have taken. */
  public long accepted() {
    return accepted;
  }

  private void frame(BufferData data, int length, boolean end) {
    int flags = end ? Http2Flag.END_OF_STREAM : 0;
    var head =
        Http2FrameHeader.create(
            length, Http2FrameTypes.DATA, Http2Flag.DataFlags.create(flags), id);
    writer.write(new Http2FrameData(head, data));
    connection.hasWritten();
  }

  /** How much of it may go out now: all that is left, a frame's most, or what the windows hold. */
  private int reserve(int left) {
    int wanted = Math.min(left, windows.maxFrameSize());
    int reserved = 0;
    while (wanted > 0 && reserved == 0) {
      reserved = connection.reserve(windows, wanted);
      if (reserved == 0) {
        awaitWindow();
      }
    }
    return reserved;
  }

  private void awaitWindow() {
    synchronized (this) {
      checkOpen();
      waiting = Thread.currentThread();
    }
    try {
      windows.blockTillUpdate();
    } finally {
      synchronized (this) {
        waiting = null;
        if (state != State.OPEN) {
          // It was for the wait only. Where the socket is written it would close it for all others.
          Thread.interrupted();
        }
      }
    }
  }

  private void write(boolean last, Runnable frames) {
    writing.lock();
    try {
      checkOpen();
      frames.run();
      if (last) {
        finish(State.ENDED);
      }
    } catch (SinkClosedException e) {
      throw e;
    } catch (RuntimeException e) {
      // Helidon wraps what the socket threw in one of several exceptions; all mean that it is over.
      throw new SinkClosedException(e);
    } finally {
      writing.unlock();
    }
  }

  private void checkOpen() {
    if (state != State.OPEN) {
      throw new SinkClosedException(new IllegalStateException("the stream is " + state));
    }
  }

  /** Ends the stream from this side, without a last word. */
  public void abort() {
    finish(State.ABORTED);
    if (state == State.ABORTED && !writing.isHeldByCurrentThread() && writing.isLocked()) {
      Thread.startVirtualThread(this::cutIfStuck);
    }
  }

  /**
   * Waits for a write that is under way. It may only wait its turn behind the connection's other
   * streams; the connection ends only if none of them could write for as long as a write may take.
   */
  private void cutIfStuck() {
    try {
      while (!writing.tryLock(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS)) {
        if (connection.isStuck()) {
          connection.cut();
          return;
        }
      }
      writing.unlock();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // Nobody interrupts this thread.
    }
  }

  /** The peer has ended the stream. */
  void peerLeft() {
    finish(State.LEFT);
    connection.ended(id);
  }

  private synchronized void finish(State how) {
    if (state == State.OPEN) {
      state = how;
    }
    over.countDown();
    if (waiting != null && state != State.OPEN) {
      waiting.interrupt();
    }
  }

  boolean isOver() {
    return state != State.OPEN;
  }

  /** Blocks until either side has ended the stream. */
  public void awaitOver() throws InterruptedException {
    over.await();
  }

  /** Tells the peer, if it waits for more, that no more will come. */
  void close() {
    finish(State.ABORTED);
    connection.ended(id);
    if (state == State.ABORTED) {
      writing.lock(); // A reset is the last that is said (RFC 9113, section 5.1).
      try {
        writer.write(
            new Http2RstStream(Http2ErrorCode.CANCEL)
                .toFrameData(Http2Settings.create(), id, Http2Flag.NoFlags.create()));
      } finally {
        writing.unlock();
      }
    }
  }
}
