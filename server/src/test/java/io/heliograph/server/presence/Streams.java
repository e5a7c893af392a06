package io.heliograph.server.presence;

import io.heliograph.server.event.UserId;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Hub;
import io.heliograph.server.hub.SilentSink;
import io.heliograph.server.hub.StreamSpec;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** Opens streams whose reader takes everything and says nothing. */
public final class Streams {

  private final Hub hub;

  public Streams(Hub hub) {
    this.hub = hub;
  }

  /** Returns when the stream is open. */
  public Open open(String user) {
    var sink = new ClosableSink();
    var opened = new CountDownLatch(1);
    var spec = new StreamSpec(new UserId(user), Optional.empty(), false, "test", "");
    Thread thread =
        Thread.startVirtualThread(() -> hub.open(spec, sink, opened::countDown, (_, _) -> {}));
    await(opened);
    return () -> {
      sink.abort();
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    };
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** An open stream; returns from close when it has ended. */
  public interface Open extends AutoCloseable {
    @Override
    void close();
  }

  private static final class ClosableSink extends SilentSink {
    private final CountDownLatch left = new CountDownLatch(1);

    @Override
    public void abort() {
      left.countDown();
    }

    @Override
    public CloseReason awaitLeave() {
      await(left);
      return CloseReason.CLIENT_LEFT;
    }
  }
}
