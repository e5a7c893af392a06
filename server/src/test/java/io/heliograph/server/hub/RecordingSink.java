package io.heliograph.server.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.reactor.Reactor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Keeps what was written, in words. Its writes can be held up, as by a peer that does not read:
 * they block then, or are gone on with later, as the two kinds of sinks do.
 */
final class RecordingSink implements EventSink {

  private final boolean blocks;
  private final BlockingQueue<String> written = new LinkedBlockingQueue<>();
  private final CountDownLatch left = new CountDownLatch(1);
  private volatile CountDownLatch takesMore = new CountDownLatch(0);
  private volatile boolean heldUp;
  private volatile boolean leavesAtGoodbye;
  private volatile boolean broken;
  private volatile long accepted;
  private final AtomicBoolean aborted = new AtomicBoolean();
  private @Nullable CompletableFuture<CloseReason> ended;
  private @Nullable Watcher watcher;
  private @Nullable Reactor reactor;

  // Confined to the owner of the claim.
  private List<String> gathered = new ArrayList<>();
  private List<String> rest = List.of();
  private boolean atGoodbye;

  RecordingSink(boolean blocks) {
    this.blocks = blocks;
  }

  @Override
  public boolean blocks() {
    return blocks;
  }

  @Override
  public void watch(Reactor reactor, Watcher watcher) {
    this.watcher = watcher;
    this.reactor = reactor;
    if (aborted.get() && !blocks) {
      watcher.closed();
    }
  }

  @Override
  public void event(StoredEvent event, Cursor after, boolean trace) {
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

  /** A fault of the sink's own. */
  void breakWrites() {
    broken = true;
  }

  @Override
  public boolean flush() {
    if (broken) {
      throw new IllegalStateException("a sink with a fault");
    }
    if (rest.isEmpty()) {
      rest = gathered;
      gathered = new ArrayList<>();
    }
    if (blocks) {
      block();
    }
    if (aborted.get()) {
      throw new SinkClosedException(new IllegalStateException("aborted"));
    }
    if (takesMore.getCount() > 0) {
      heldUp = true;
      return false;
    }
    written.addAll(rest);
    rest = List.of();
    if (atGoodbye) {
      peerLeaves();
    }
    return true;
  }

  private void block() {
    heldUp = true;
    try {
      takesMore.await();
    } catch (InterruptedException e) {
      throw new SinkClosedException(e);
    }
    heldUp = false;
  }

  @Override
  public boolean end() {
    atGoodbye = leavesAtGoodbye;
    return flush();
  }

  private void peerLeaves() {
    if (blocks) {
      left.countDown();
    } else {
      watcher().left(CloseReason.CLIENT_LEFT);
    }
    ended().join();
  }

  /** The peer leaves when it reads the goodbye, and is seen to before the writer goes on. */
  void leaveAtGoodbye() {
    leavesAtGoodbye = true;
  }

  @Override
  public void abort() {
    if (aborted.compareAndSet(false, true)) {
      takesMore.countDown();
      left.countDown();
      if (!blocks && watcher != null) {
        watcher.closed();
      }
    }
  }

  Reactor reactor() {
    return Objects.requireNonNull(reactor);
  }

  private Watcher watcher() {
    return Objects.requireNonNull(watcher);
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

  /** The peer takes a part of the write that is held up. */
  void acceptSome() {
    long before = accepted;
    accepted = before + 1;
  }

  @Override
  public long accepted() {
    return accepted;
  }

  void blockWrites() {
    takesMore = new CountDownLatch(1);
  }

  void unblockWrites() {
    takesMore.countDown();
    if (!blocks) {
      watcher().writable();
    }
  }

  /** Returns when a write was begun and is not over. */
  void awaitBlockedWrite() {
    await().pollInterval(Duration.ofMillis(1)).until(() -> heldUp);
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
