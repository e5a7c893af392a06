package io.heliograph.server.log.packed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrderTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void theFirstIsTheLongestUnused(long seed) {
    var random = new Random(seed);
    var order = new Order<Integer>();
    var model = new LinkedHashSet<Integer>();
    Map<Integer, Integer> places = new HashMap<>();
    for (int i = 0; i < 10_000; i++) {
      if (model.isEmpty() || random.nextInt(3) == 0) {
        places.put(i, order.add(i));
        model.add(i);
      } else {
        int one = new ArrayList<>(model).get(random.nextInt(model.size()));
        model.remove(one);
        if (random.nextBoolean()) {
          order.moveLast(places.getOrDefault(one, Order.NOWHERE));
          model.add(one);
        } else {
          order.remove(places.getOrDefault(one, Order.NOWHERE));
        }
      }
      assertThat(order.first()).isEqualTo(model.isEmpty() ? null : model.getFirst());
    }
    while (!model.isEmpty()) {
      int first = model.removeFirst();
      assertThat(order.first()).isEqualTo(first);
      order.remove(places.getOrDefault(first, Order.NOWHERE));
    }
    assertThat(order.first()).isNull();
  }

  @Test
  void whatIsNotThereCannotBeRemoved() {
    var order = new Order<String>();
    int place = order.add("a");
    order.remove(place);

    assertThatThrownBy(() -> order.remove(place)).isInstanceOf(NoSuchElementException.class);
  }
}
