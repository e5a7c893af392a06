package io.heliograph.client.internal.session;

import io.heliograph.client.AttemptObserver;
import io.heliograph.client.ConnectPhase;
import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import okio.Buffer;
import okio.ForwardingSource;
import okio.Source;
import org.jspecify.annotations.Nullable;

/** Tells a user's observer of one attempt, and keeps what it throws away from that. Thread-safe. */
final class AttemptHook {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");
  // One for all attempts: each has an observer of its own, which fails as the last one did.
  private static final AtomicBoolean SAID = new AtomicBoolean();

  private final AttemptObserver observer;
  private volatile @Nullable ConnectPhase told;

  AttemptHook(AttemptObserver observer) {
    this.observer = observer;
  }

  void reached(ConnectPhase step) {
    if (told != step) {
      told = step;
      tell(() -> observer.reached(step));
    }
  }

  void connected(Socket socket) {
    tell(() -> observer.connected(socket));
  }

  /** The same source, whose bytes the observer sees first. */
  Source tee(Source source) {
    return new ForwardingSource(source) {
      private final Buffer.UnsafeCursor cursor = new Buffer.UnsafeCursor();

      @Override
      public long read(Buffer sink, long byteCount) throws IOException {
        long count = super.read(sink, byteCount);
        if (count > 0) {
          tell(() -> show(sink, sink.size() - count));
        }
        return count;
      }

      // Segment by segment, without a copy.
      private void show(Buffer sink, long from) {
        try (Buffer.UnsafeCursor at = sink.readUnsafe(cursor)) {
          for (int length = at.seek(from); length > 0; length = at.next()) {
            byte[] bytes = Objects.requireNonNull(at.data);
            observer.received(ByteBuffer.wrap(bytes, at.start, length).slice().asReadOnlyBuffer());
          }
        }
      }
    };
  }

  private static void tell(Runnable call) {
    try {
      call.run();
    } catch (Throwable e) { // Errors, too: to look on must not cost a stream.
      if (!SAID.getAndSet(true)) {
        LOG.log(
            Level.WARNING,
            "An observer of an attempt failed. Observers continue to be called; further failures"
                + " are not logged",
            e);
      }
    }
  }
}
