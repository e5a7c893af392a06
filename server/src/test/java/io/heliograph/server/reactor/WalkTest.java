package io.heliograph.server.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WalkTest {

  private static final int PART = 256;
  private static final int HELPERS = 2;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, PART - 1, PART, PART + 1, 3 * PART, 10_000})
  void everyElementHasItsTurnOnce(int size) throws Exception {
    try (var reactor = new Reactor(new NioPoller(), HELPERS)) {
      Queue<Integer> seen = new ConcurrentLinkedQueue<>();
      List<Integer[]> arrays = arrays(size);

      reactor.walkTogether(arrays.iterator(), seen::add);

      await().until(() -> seen.size() >= size);
      reactor.close(); // What would come twice comes before.
      assertThat(seen).doesNotHaveDuplicates().hasSize(size);
    }
  }

  @Test
  void aLongWalkIsDoneByAllThreads() throws Exception {
    try (var reactor = new Reactor(new NioPoller(), HELPERS)) {
      Set<String> threads = ConcurrentHashMap.newKeySet();
      var all = new CyclicBarrier(HELPERS + 1);

      reactor.walkTogether(
          List.<Integer[]>of(numbers(4 * PART)).iterator(),
          _ -> {
            if (threads.add(Thread.currentThread().getName())) {
              meet(all);
            }
          });

      await().until(() -> threads.size() == HELPERS + 1);
      assertThat(threads)
          .containsExactlyInAnyOrder("reactor", "reactor-helper-0", "reactor-helper-1");
    }
  }

  @Test
  void aShortWalkStaysOnTheReactor() throws Exception {
    assertThat(threadsOf(PART - 1, true)).containsExactly("reactor");
  }

  @Test
  void aWalkForOneThreadStaysOnTheReactor() throws Exception {
    assertThat(threadsOf(10 * PART, false)).containsExactly("reactor");
  }

  private static Set<String> threadsOf(int size, boolean together) throws IOException {
    try (var reactor = new Reactor(new NioPoller(), HELPERS)) {
      Set<String> threads = ConcurrentHashMap.newKeySet();
      var done = new AtomicInteger();
      List<Integer[]> arrays = Collections.singletonList(numbers(size));
      if (together) {
        reactor.walkTogether(arrays.iterator(), _ -> count(threads, done));
      } else {
        reactor.walk(arrays.iterator(), _ -> count(threads, done));
      }
      await().until(() -> done.get() == size);
      return threads;
    }
  }

  private static void count(Set<String> threads, AtomicInteger done) {
    threads.add(Thread.currentThread().getName());
    done.incrementAndGet();
  }

  private static void meet(CyclicBarrier all) {
    try {
      all.await();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static List<Integer[]> arrays(int size) {
    var random = new Random(size);
    var arrays = new ArrayList<Integer[]>(List.<Integer[]>of(new Integer[0]));
    Integer[] all = numbers(size);
    for (int from = 0; from < size; ) {
      int to = Math.min(size, from + random.nextInt(100));
      arrays.add(Arrays.copyOfRange(all, from, to));
      from = to;
    }
    return arrays;
  }

  private static Integer[] numbers(int size) {
    Integer[] numbers = new Integer[size];
    Arrays.setAll(numbers, i -> i);
    return numbers;
  }
}
