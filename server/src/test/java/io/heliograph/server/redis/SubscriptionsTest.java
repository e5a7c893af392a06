package io.heliograph.server.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.ref.WeakReference;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Subscriptions of a node that has not found Redis yet. */
class SubscriptionsTest {

  private static final class Nobody implements Subscriber {
    @Override
    public void message(byte[] payload) {}

    @Override
    public void refill() {}
  }

  /** Adds a channel whose subscriber only the subscriptions hold. */
  private static WeakReference<Subscriber> add(Subscriptions subscriptions, String channel) {
    var subscriber = new Nobody();
    assertThat(subscriptions.add(channel, subscriber)).isCompletedExceptionally();
    return new WeakReference<>(subscriber);
  }

  @Test
  void channelsThatComeAndGoLeaveNothing() {
    RedisOptions options = RedisProcess.options(List.of(RedisProcess.freePort()), "test");
    try (var redis = new Redis(options);
        var clients = new Clients(options);
        var subscriptions = new Subscriptions(redis, clients)) {
      WeakReference<Subscriber> stays = add(subscriptions, "test:{a}");
      WeakReference<Subscriber> goes = add(subscriptions, "test:{b}");

      subscriptions.remove("test:{b}");

      await()
          .until(
              () -> {
                System.gc();
                return goes.refersTo(null);
              });
      assertThat(stays.get()).isNotNull();
    }
  }
}
