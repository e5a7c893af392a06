package io.heliograph.client.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.SseClient;
import io.heliograph.client.TimeSource.Wait;
import io.heliograph.client.testkit.SseTestServer;
import io.heliograph.client.testkit.VirtualClock;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OrderFeedTest {
  // begin test
  private final BlockingQueue<String> calls = new LinkedBlockingQueue<>();
  private final OrderFeed.Orders orders =
      new OrderFeed.Orders() {
        @Override
        public void changed(String json) {
          calls.add(json);
        }

        @Override
        public void refetch() {
          calls.add("refetch");
        }
      };

  @Test
  void aGapAfterALostConnectionFetchesTheStateAgain() throws Exception {
    var clock = new VirtualClock();
    try (var server = SseTestServer.start();
        var feed =
            new OrderFeed(SseClient.builder(server.uri()).timeSource(clock).build(), orders)) {
      feed.start();
      var first = server.take();
      assertThat(first.request().target()).isEqualTo("/v1/users/shop/events");
      first.open().event("1", "order.changed", "{\"order\":17}");
      assertThat(calls.poll(5, TimeUnit.SECONDS)).isEqualTo("{\"order\":17}");

      clock.skip(Wait.SILENCE); // 45 s without a byte: the connection counts as dead,
      clock.skip(Wait.RECONNECT); // and the delay before the next attempt passes.

      var second = server.take();
      assertThat(second.request().lastEventId()).isEqualTo("1");
      second
          .open()
          .introduce("1")
          .event("4", "stream.gap", "{\"log\":\"user\",\"reason\":\"expired\",\"lost\":3}");
      assertThat(calls.poll(5, TimeUnit.SECONDS)).isEqualTo("refetch");
    }
  }
  // end
}
