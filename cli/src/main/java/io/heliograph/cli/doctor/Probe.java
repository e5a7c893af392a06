package io.heliograph.cli.doctor;

import io.heliograph.cli.access.Exchange;
import io.heliograph.client.Event;
import io.heliograph.client.SseParser;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One request for a stream, and when each part of the answer came. A virtual thread reads; any
 * thread may wait or close.
 */
final class Probe implements AutoCloseable {
  /** An event or a comment, and when it came; the event is null for a comment. */
  record Item(@Nullable Event event, long atNanos) {}

  private static final int REFUSAL_BYTES = 4096;
  // More than any server of ours sends.
  private static final int MAX_EVENT_BYTES = 16 << 20;

  private final Exchange exchange;
  private final CompletableFuture<Exchange.Head> head = new CompletableFuture<>();
  private final CompletableFuture<String> refusal = new CompletableFuture<>();
  // Guarded by this, which is notified of each item and of the end.
  private final List<Item> items = new ArrayList<>();
  private final List<SseParser.Dropped> dropped = new ArrayList<>();
  private Optional<Duration> retry = Optional.empty();
  private String lastEventId = "";
  private long lastByteNanos = System.nanoTime();
  private boolean bytes;
  private boolean over;

  Probe(Exchange exchange) {
    this.exchange = exchange;
    Thread.startVirtualThread(this::read);
  }

  /** The head of the answer; null if it does not come in time. */
  Exchange.@Nullable Head head(Duration patience) throws IOException, InterruptedException {
    return await(head, patience);
  }

  /** The start of a body that is no event stream; {@code ""} if none comes in time. */
  String refusal(Duration patience) throws IOException, InterruptedException {
    String start = await(refusal, patience);
    return start == null ? "" : start;
  }

  private static <T> @Nullable T await(CompletableFuture<T> future, Duration patience)
      throws IOException, InterruptedException {
    try {
      return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return null;
    } catch (ExecutionException e) {
      throw new IOException(e.getCause());
    }
  }

  /** Waits for a byte of the stream; whether one came in time. */
  synchronized boolean awaitBytes(Duration patience) throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    while (!bytes && !over && System.nanoTime() < deadline) {
      waitUntil(deadline);
    }
    return bytes;
  }

  /** The first item from this one on that fits; null if it does not come in time. */
  synchronized @Nullable Item await(int from, Predicate<Item> fits, Duration patience)
      throws InterruptedException {
    long deadline = System.nanoTime() + patience.toNanos();
    int next = from;
    while (true) {
      for (; next < items.size(); next++) {
        if (fits.test(items.get(next))) {
          return items.get(next);
        }
      }
      if (over || System.nanoTime() >= deadline) {
        return null;
      }
      waitUntil(deadline);
    }
  }

  private void waitUntil(long deadlineNanos) throws InterruptedException {
    TimeUnit.NANOSECONDS.timedWait(this, Math.max(1, deadlineNanos - System.nanoTime()));
  }

  synchronized boolean over() {
    return over;
  }

  /** For how long nothing has come; since the start if nothing ever came. */
  synchronized Duration silence() {
    return Duration.ofNanos(System.nanoTime() - lastByteNanos);
  }

  synchronized int count() {
    return items.size();
  }

  synchronized Optional<Duration> retry() {
    return retry;
  }

  synchronized String lastEventId() {
    return lastEventId;
  }

  /** The lines that the standard drops, as far as they are worth keeping. */
  synchronized List<SseParser.Dropped> dropped() {
    return List.copyOf(dropped);
  }

  private void read() {
    try {
      exchange.run(
          (answer, body) -> {
            head.complete(answer);
            if (Diagnosis.isStream(answer)) {
              parse(body);
            } else {
              refusal.complete(new String(body.readNBytes(REFUSAL_BYTES), StandardCharsets.UTF_8));
            }
          });
    } catch (IOException e) {
      head.completeExceptionally(e); // After the head it is the end of the stream.
    } finally {
      refusal.complete("");
      end();
    }
  }

  private void parse(InputStream body) throws IOException {
    var parser = new SseParser(new Found(), "", MAX_EVENT_BYTES);
    var chunk = new byte[1 << 14];
    for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
      synchronized (this) {
        bytes = true;
        lastByteNanos = System.nanoTime();
        parser.feed(chunk, 0, count);
        notifyAll();
      }
    }
    synchronized (this) {
      parser.end();
    }
  }

  private synchronized void end() {
    over = true;
    notifyAll();
  }

  /** Called by the parser, and so with this probe's lock held. */
  private final class Found implements SseParser.Handler {
    private static final int MAX_DROPPED = 1000;

    @Override
    public void onEvent(Event event) {
      lastEventId = event.lastEventId();
      items.add(new Item(event, lastByteNanos));
    }

    @Override
    public void onComment(String text) {
      items.add(new Item(null, lastByteNanos));
    }

    @Override
    public void onRetry(Duration delay) {
      retry = Optional.of(delay);
    }

    @Override
    public void onLastEventId(String id) {
      lastEventId = id;
    }

    @Override
    public void onDropped(SseParser.Dropped line) {
      if (dropped.size() < MAX_DROPPED) {
        dropped.add(line);
      }
    }
  }

  @Override
  public void close() {
    exchange.close();
  }
}
