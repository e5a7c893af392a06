package io.heliograph.server.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.request.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a batch has begun while the disk is slow. */
@Timeout(60)
class InFlightTest {

  private static final int MAX_EVENTS = 1_000;

  private final Received received = new Received();
  private final List<CompletableFuture<Json.Members>> disk = new ArrayList<>();

  /** Takes results; from a moment on the publisher has gone. */
  private static final class Received implements InFlight.Results {
    final List<String> results = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    volatile int flushed;
    volatile boolean gone;

    @Override
    public void add(Json.Members result) throws IOException {
      if (gone) {
        throw new IOException("gone");
      }
      results.add(new String(Json.object(result), StandardCharsets.UTF_8));
      threads.add(Thread.currentThread());
    }

    @Override
    public void flush() {
      flushed = results.size();
    }
  }

  private static Json.Members result(int number) {
    return json -> json.writeNumberField("n", number);
  }

  private static List<String> results(int count) {
    return IntStream.range(0, count).mapToObj(i -> "{\"n\":" + i + "}").toList();
  }

  /** Adds an item that the disk does not have yet. */
  private void begin(InFlight inFlight) throws IOException {
    var written = new CompletableFuture<Json.Members>();
    disk.add(written);
    inFlight.add(written::join, 1, 100);
  }

  /** The disk has the next items. */
  private void write(int from, int to) {
    for (int i = from; i < to; i++) {
      disk.get(i).complete(result(i));
    }
  }

  @Test
  void itemsAreBegunWhileEarlierOnesWaitForTheDisk() throws Exception {
    try (var inFlight = new InFlight(received)) {
      for (int i = 0; i < MAX_EVENTS; i++) {
        begin(inFlight);
      }
      assertThat(received.results).isEmpty();

      write(0, MAX_EVENTS);
      inFlight.settle();

      assertThat(received.results).isEqualTo(results(MAX_EVENTS));
      assertThat(received.flushed).isEqualTo(MAX_EVENTS);
    }
  }

  @Test
  void aResultThatIsKnownIsPassedOnWhileTheRequestWaitsForMore() throws Exception {
    try (var inFlight = new InFlight(received)) {
      begin(inFlight);
      begin(inFlight);
      inFlight.passOn(); // From here on this thread would wait for the publisher.

      write(0, 2);

      await().until(() -> received.flushed == 2);
      assertThat(received.results).isEqualTo(results(2));
    }
  }

  @Test
  void aSmallBatchNeedsNoOtherThread() throws Exception {
    try (var inFlight = new InFlight(received)) {
      begin(inFlight);
      begin(inFlight);
      write(0, 2);

      inFlight.settle();

      assertThat(received.results).isEqualTo(results(2));
      assertThat(received.threads).containsOnly(Thread.currentThread());
    }
  }

  @Test
  void whoBeginsTooManyWaitsForTheDisk() throws Exception {
    var inFlight = new InFlight(received);
    for (int i = 0; i <= MAX_EVENTS; i++) {
      disk.add(new CompletableFuture<>());
    }
    var request =
        Thread.ofVirtual()
            .unstarted(
                () -> {
                  try {
                    for (CompletableFuture<Json.Members> written : disk) {
                      inFlight.add(written::join, 1, 100);
                    }
                    inFlight.settle();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    request.start();
    await().until(() -> request.getState() == Thread.State.WAITING);
    write(1, MAX_EVENTS + 1);
    assertThat(request.join(java.time.Duration.ofMillis(100))).isFalse(); // The first is missing.

    write(0, 1);
    request.join();

    assertThat(received.results).isEqualTo(results(MAX_EVENTS + 1));
    inFlight.close();
  }

  @Test
  void anItemForManyUsersCountsAsOftenAsItHasUsers() throws Exception {
    try (var inFlight = new InFlight(received)) {
      disk.add(new CompletableFuture<>());
      var request =
          Thread.startVirtualThread(
              () -> {
                try {
                  inFlight.add(disk.getFirst()::join, MAX_EVENTS + 1, 100);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      await().until(() -> request.getState() == Thread.State.WAITING);

      write(0, 1);

      request.join();
    }
  }

  /** Its readers wait for it. */
  @Test
  void whenThePublisherHasGoneEveryItemIsAwaitedAllTheSame() throws Exception {
    var awaited = new CopyOnWriteArrayList<Integer>();
    var inFlight = new InFlight(received);
    received.gone = true;
    for (int i = 0; i < 90; i++) {
      int number = i;
      inFlight.add(
          () -> {
            awaited.add(number);
            return result(number);
          },
          1,
          100);
    }
    assertThatThrownBy(inFlight::settle).isInstanceOf(IOException.class).hasMessage("gone");
    inFlight.close();

    assertThat(awaited).isEqualTo(IntStream.range(0, 90).boxed().toList());
    assertThat(received.results).isEmpty();
  }

  @Test
  void anItemThatFailsIsTheFailureOfTheBatchAndTheOthersAreAwaited() throws Exception {
    var inFlight = new InFlight(received);
    begin(inFlight);
    begin(inFlight);
    inFlight.passOn();
    disk.get(0).completeExceptionally(new IllegalStateException("broken"));
    write(1, 2);

    assertThatThrownBy(inFlight::settle).hasRootCauseMessage("broken");
    assertThatThrownBy(() -> begin(inFlight)).hasRootCauseMessage("broken");
    write(2, 3);
    inFlight.close();
    assertThat(received.results).isEmpty();
  }

  @Test
  void anInterruptedRequestKeepsItsInterruptAndLosesNothing() throws Exception {
    var inFlight = new InFlight(received);
    var request = new CompletableFuture<Boolean>();
    disk.add(new CompletableFuture<>());
    Thread thread =
        Thread.startVirtualThread(
            () -> {
              try {
                inFlight.add(disk.getFirst()::join, 1, 100);
                inFlight.passOn();
                inFlight.settle();
                request.complete(Thread.currentThread().isInterrupted());
              } catch (IOException e) {
                request.completeExceptionally(e);
              }
            });
    await().until(() -> thread.getState() == Thread.State.WAITING);
    thread.interrupt();
    await().until(() -> !thread.isInterrupted()); // It waits again.

    write(0, 1);

    assertThat(request.get()).isTrue();
    assertThat(received.results).isEqualTo(results(1));
    inFlight.close();
  }
}
