package io.heliograph.server.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Keeps what was written, in words; its writes can be made to block, as a full socket's do. */
final class RecordingSink implements EventSink {

  private final List<String> gathered = new ArrayList<>();
  private final BlockingQueue<String> written = new LinkedBlockingQueue<>();
  private final CountDownLatch left = new CountDownLatch(1);
  private volatile CountDownLatch writable = new CountDownLatch(0);
  private volatile boolean blocked;
  private volatile boolean aborted;
  private volatile boolean leavesAtGoodbye;
  private @Nullable CompletableFuture<CloseReason> ended;

  @Override
  public void event(StoredEvent event, Cursor after) {
    gathered.add(new String(event.block(), UTF_8).strip().substring("data: ".length()));
  }

  @Override
  public void control(Control control, String id) {
    gathered.add(
        switch (control) {
          case Control.Open open -> "Open " + open.mode();
          case Control.Gap gap ->
              "Gap " + gap.log() + " " + gap.reason() + " " + gap.lost() + " at " + place(id);
          case Control.Moved _ -> "Moved";
          case Control.Beat _ -> "Beat";
          case Control.Live live -> "Live " + live.replayed();
          case Control.Expiring expiring -> "Expiring " + expiring.in().toSeconds();
          case Control.Closing closing -> "Closing " + closing.reason();
        });
  }

  @Override
  public void comment() {
    gathered.add(":");
  }

  @Override
  public int pending() {
    return gathered.stream().mapToInt(String::length).sum();
  }

  @Override
  public void flush() {
    blocked = true;
    try {
      writable.await();
    } catch (InterruptedException e) {
      throw new SinkClosedException(e);
    }
    blocked = false;
    if (aborted) {
      throw new SinkClosedException(new IllegalStateException("aborted"));
    }
    written.addAll(gathered);
    gathered.clear();
  }

  @Override
  public void end() {
    flush();
    if (leavesAtGoodbye) {
      left.countDown();
      ended().join();
    }
  }

  /** The peer leaves when it reads the goodbye, and is seen to before the writer goes on. */
  void leaveAtGoodbye() {
    leavesAtGoodbye = true;
  }

  @Override
  public void abort() {
    aborted = true;
    writable.countDown();
    left.countDown();
  }

  @Override
  public CloseReason awaitLeave() {
    try {
      left.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return CloseReason.CLIENT_LEFT;
  }

  /** The place in the user's log, of a cursor: what the reader comes back with. */
  private static String place(String id) {
    return id.replaceAll("^1\\.[0-9a-z]+\\.[0-9a-z]+-(\\d+).*", "$1");
  }

  void blockWrites() {
    writable = new CountDownLatch(1);
  }

  void unblockWrites() {
    writable.countDown();
  }

  void awaitBlockedWrite() {
    await().until(() -> blocked);
  }

  Optional<String> next() {
    return Optional.ofNullable(written.poll());
  }

  String awaitNext() {
    try {
      return Objects.requireNonNull(written.poll(10, TimeUnit.SECONDS), "nothing was written");
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  void ended(CompletableFuture<CloseReason> future) {
    ended = future;
  }

  CompletableFuture<CloseReason> ended() {
    return Objects.requireNonNull(ended);
  }
}
