package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Many publishers at one user, some of whose readers come and go all the time. */
@ParameterizedClass(name = "{0}")
@EnumSource(StreamPath.class)
@Order(1)
@Tag("slow")
class StormTest {

  private final StreamPath streams;
  private final int eventsEach;
  private final int events;

  StormTest(StreamPath streams) {
    this.streams = streams;
    // A handshake of TLS takes milliseconds of the CPU, on both sides.
    this.eventsEach = streams == StreamPath.REACTOR ? 500 : 125;
    this.events = PUBLISHERS * eventsEach;
  }

  private static final int PUBLISHERS = 8;

  @Test
  void everyConnectionSeesEveryEventOnceAndInOrder() throws Exception {
    try (var server = streams.start(Map.of("log.per-user.events", "10000"));
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var readers = new ArrayList<Future<List<Seen>>>();
      for (int i = 0; i < 2; i++) {
        TestReader steady = server.subscribe("alice").awaitLive();
        readers.add(threads.submit(() -> readSteadily(steady)));
      }
      for (int i = 0; i < 2; i++) {
        TestReader first = server.subscribe("alice").awaitLive();
        int patience = 5 + 20 * i;
        readers.add(threads.submit(() -> readWithReconnects(server, first, patience)));
      }
      var publishers = new ArrayList<Callable<Void>>();
      for (int publisher = 0; publisher < PUBLISHERS; publisher++) {
        int number = publisher;
        publishers.add(
            () -> {
              for (int i = 0; i < eventsEach; i++) {
                server.publish("alice", number + " " + i);
              }
              return null;
            });
      }
      for (Future<Void> publisher : threads.invokeAll(publishers)) {
        publisher.get();
      }

      List<Seen> expected = readers.getFirst().get();
      assertThat(expected).hasSize(events).doesNotHaveDuplicates();
      assertDense(expected);
      assertInEachPublishersOrder(expected);
      for (Future<List<Seen>> reader : readers) {
        assertThat(reader.get()).isEqualTo(expected);
      }
    }
  }

  /** An event and the place that the stream gave it in the user's log. */
  record Seen(long sequence, String data) {}

  private List<Seen> readSteadily(TestReader reader) throws InterruptedException {
    var seen = new ArrayList<Seen>();
    try (reader) {
      while (seen.size() < events) {
        readOne(reader, seen);
      }
    }
    return seen;
  }

  private List<Seen> readWithReconnects(TestServer server, TestReader first, int patience)
      throws Exception {
    var seen = new ArrayList<Seen>();
    TestReader reader = first;
    String place = first.lastEventId();
    int reconnects = 0;
    while (seen.size() < events) {
      for (int i = 0; i < patience && seen.size() < events; i++) {
        place = readOne(reader, seen);
      }
      // What it has received but not taken is thrown away, as a crash would.
      if (reconnects++ % 2 == 0) {
        reader.reset();
      } else {
        reader.close();
      }
      reader = server.resume("alice", place);
    }
    reader.close();
    return seen;
  }

  /** Takes one event; answers the place after it. */
  private static String readOne(TestReader reader, List<Seen> seen) throws InterruptedException {
    while (true) {
      String block = reader.nextBlock();
      assertThat(block).doesNotContain("stream.gap");
      if (block.startsWith("id: ") && TestReader.isEvent(block)) {
        String place = block.substring(4, block.indexOf('\n'));
        String usersPlace = place.split("\\.", -1)[2];
        long sequence = Long.parseLong(usersPlace.substring(usersPlace.indexOf('-') + 1));
        seen.add(new Seen(sequence, block.substring(block.indexOf("data: ") + 6)));
        return place;
      }
    }
  }

  private static void assertDense(List<Seen> seen) {
    for (int i = 0; i < seen.size(); i++) {
      assertThat(seen.get(i).sequence()).isEqualTo(seen.getFirst().sequence() + i);
    }
  }

  private static void assertInEachPublishersOrder(List<Seen> seen) {
    int[] next = new int[PUBLISHERS];
    for (Seen event : seen) {
      String[] parts = event.data().split(" ", -1);
      int publisher = Integer.parseInt(parts[0]);
      assertThat(Integer.parseInt(parts[1])).isEqualTo(next[publisher]++);
    }
  }
}
