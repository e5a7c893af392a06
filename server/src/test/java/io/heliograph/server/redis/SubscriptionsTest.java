package io.heliograph.server.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscriptions of a node that has not found Redis yet. */
class SubscriptionsTest {

  private static final Subscriber NOBODY =
      new Subscriber() {
        @Override
        public void message(byte[] payload) {}

        @Override
        public void refill() {}
      };

  @Test
  void channelsThatComeAndGoLeaveNothing() {
    RedisOptions options = RedisProcess.options(List.of(RedisProcess.freePort()), "test");
    try (var redis = new Redis(options);
        var clients = new Clients(options);
        var subscriptions = new Subscriptions(redis, clients)) {
      assertThat(subscriptions.add("test:{a}", NOBODY)).isCompletedExceptionally();
      assertThat(subscriptions.add("test:{b}", NOBODY)).isCompletedExceptionally();
      assertThat(subscriptions.waiting()).isEqualTo(2);

      subscriptions.remove("test:{a}");
      assertThat(subscriptions.waiting()).isEqualTo(1);
    }
  }
}
