package io.heliograph.server.log.packed;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.IdempotencyKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares the table of keys with a map, over random operations on keys that often collide. */
class KeysTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void isTheSameAsAMap(long seed) {
    var random = new Random(seed);
    var keys = new Keys();
    Map<IdempotencyKey, Long> model = new HashMap<>();
    for (int i = 1; i < 30_000; i++) {
      // Grows for a while, then shrinks.
      var key = new IdempotencyKey(random.nextLong(300), random.nextInt(3) * 64L);
      Long before = model.get(key);
      if (random.nextInt(10) < (i / 3_000 % 2 == 0 ? 7 : 2)) {
        keys.put(key, i);
        model.put(key, (long) i);
      } else if (before != null) {
        keys.remove(key, before + 1);
        assertThat(keys.get(key)).as("removed with another value").isEqualTo(before);
        keys.remove(key, before);
        model.remove(key);
      } else {
        keys.remove(key, i);
      }
      assertThat(keys.size()).isEqualTo(model.size());
    }
    for (long high = 0; high < 300; high++) {
      for (int low = 0; low < 3; low++) {
        var key = new IdempotencyKey(high, low * 64L);
        assertThat(keys.get(key)).isEqualTo(model.getOrDefault(key, Keys.ABSENT));
      }
    }
    model.forEach(keys::remove);
    assertThat(keys.size()).isZero();
  }

  /** In time proportional to their number; moved by each other they would take minutes. */
  @Test
  @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // It never waits.
  void theKeysOfBatchesAreForgottenInTheirOrder() {
    var keys = new Keys();
    var ofBatches = new ArrayList<IdempotencyKey>();
    for (int batch = 0; batch < 20; batch++) {
      IdempotencyKey ofBatch = IdempotencyKey.of("publisher", "batch " + batch);
      for (int item = 0; item < 10_000; item++) {
        ofBatches.add(ofBatch.item(item));
      }
    }
    ofBatches.forEach(key -> keys.put(key, 1));

    ofBatches.forEach(key -> keys.remove(key, 1));

    assertThat(keys.size()).isZero();
  }
}
