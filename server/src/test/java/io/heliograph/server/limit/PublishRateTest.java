package io.heliograph.server.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PublishRateTest {

  // nanoTime may begin anywhere: here it wraps within the tests.
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000_000);
  private final PublishRate rate = new PublishRate(10, nanos::get);

  @Test
  void aSecondsWorthGoesAtOnceAndThenTheRate() {
    for (int i = 0; i < 10; i++) {
      assertThat(rate.take("a", 1)).isZero();
    }
    assertThat(rate.take("a", 1)).isEqualTo(Duration.ofMillis(100));

    pass(Duration.ofMillis(100));

    assertThat(rate.take("a", 1)).isZero();
    assertThat(rate.take("a", 1)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void aRefusalTakesNothing() {
    for (int i = 0; i < 100; i++) {
      rate.take("a", 1);
    }
    pass(Duration.ofMillis(100));

    assertThat(rate.take("a", 1)).isZero();
  }

  @Test
  void oneAddressDoesNotUseUpAnothers() {
    rate.take("a", 100);

    assertThat(rate.take("a", 1)).isPositive();
    assertThat(rate.take("b", 1)).isZero();
  }

  @Test
  void aBatchLargerThanTheBucketGetsThroughAndIsPaidFor() {
    assertThat(rate.take("a", 100)).isZero();

    pass(Duration.ofSeconds(9));
    assertThat(rate.take("a", 1)).isEqualTo(Duration.ofMillis(100));
    pass(Duration.ofMillis(100));
    assertThat(rate.take("a", 1)).isZero();
  }

  @Test
  void whoIsIdleSavesUpNoMoreThanTheBucket() {
    rate.take("a", 1);
    pass(Duration.ofHours(1));

    for (int i = 0; i < 10; i++) {
      assertThat(rate.take("a", 1)).isZero();
    }
    assertThat(rate.take("a", 1)).isPositive();
  }

  private void pass(Duration span) {
    nanos.addAndGet(span.toNanos());
  }
}
