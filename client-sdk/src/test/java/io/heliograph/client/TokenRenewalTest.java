package io.heliograph.client;

import static io.heliograph.client.Await.await;
import static java.time.Duration.ofMillis;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is done when Heliograph says that the token ends soon. */
@Timeout(120)
class TokenRenewalTest {
  private static final String EXPIRING =
      "event: stream.expiring\nid: 1\ndata: {\"inMs\":60000}\n\n";

  private static final String TOKEN_EXPIRED = "{\"reason\":\"token-expired\",\"reconnect\":true}";

  /** Says at once, of each connection but the last, that its token ends. */
  private static SseTestServer expiring(int times) {
    return SseTestServer.start(
        exchange -> {
          exchange.open().introduce("0").event("" + exchange.number(), "", "e" + exchange.number());
          if (exchange.number() <= times) {
            exchange.send(EXPIRING);
          }
          exchange.silence();
        });
  }

  @Test
  void theStreamIsOpenedAnewWithTheNextTokenAtOnceAndTheProviderIsAskedOnce() {
    var asked = new CopyOnWriteArrayList<Boolean>();
    var recorder = new Recorder();
    try (var server = expiring(1);
        var client =
            SseClient.builder(server.uri())
                .tokens(
                    renew -> {
                      asked.add(renew);
                      return "t" + asked.size();
                    })
                .build();
        var subscription = client.subscribe(recorder)) {
      await().until(() -> recorder.data().size() == 2);

      assertThat(asked).containsExactly(false, true);
      assertThat(server.requests())
          .extracting(r -> r.header("Authorization").orElse(""))
          .containsExactly("Bearer t1", "Bearer t2");
      assertThat(server.requests().get(1).header("Last-Event-ID")).contains("1");
      assertThat(recorder.causes()).containsExactly(new Cause.TokenExpiring());
      assertThat(recorder.all(Signal.Reconnecting.class))
          .containsExactly(new Signal.Reconnecting(0, java.time.Duration.ZERO));
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    }
  }

  @Test
  void theSameTokenAgainChangesNothing() {
    var asked = new AtomicInteger();
    try (var server = expiring(9);
        var client =
            SseClient.builder(server.uri())
                .tokens(
                    renew -> {
                      asked.incrementAndGet();
                      return "t";
                    })
                .build();
        var subscription = client.subscribe(event -> {})) {
      await().until(() -> asked.get() == 2);
      await().during(ofMillis(300)).until(() -> server.requests().size() == 1);
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    }
  }

  /** Else a provider with a cache would give the token that has ended until the server says 401. */
  @Test
  void afterAnEndByTheTokenTheProviderIsAskedForAnotherOne() {
    var asked = new CopyOnWriteArrayList<Boolean>();
    var recorder = new Recorder();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.request().header("Authorization").orElse("").endsWith("t1")) {
                    exchange.open().send("retry: 1\n").event("", "stream.closing", TOKEN_EXPIRED);
                  } else {
                    exchange.open().introduce("0").event("1", "", "e").silence();
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(java.time.Duration.ZERO))
                .tokens(
                    renew -> {
                      asked.add(renew);
                      return renew ? "t2" : "t1";
                    })
                .build();
        var subscription = client.subscribe(recorder)) {
      await().until(() -> recorder.data().equals(List.of("e")));

      assertThat(asked).containsExactly(false, true);
      assertThat(recorder.causes()).containsExactly(new Cause.ServerClosing("token-expired", true));
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    }
  }

  /** A server whose tokens end as they begin must not make the client run in circles. */
  @Test
  void aTokenThatEndsAsItBeginsIsNotRenewedAgainAndAgain() {
    var asked = new AtomicInteger();
    try (var server = expiring(Integer.MAX_VALUE);
        var client =
            SseClient.builder(server.uri()).tokens(renew -> "t" + asked.incrementAndGet()).build();
        var subscription = client.subscribe(event -> {})) {
      await().until(() -> server.requests().size() == 2);
      await().during(ofMillis(500)).until(() -> server.requests().size() == 2);
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    }
  }

  @Test
  void aProviderThatFailsIsAskedAgainInTime() {
    var asked = new AtomicInteger();
    var recorder = new Recorder();
    try (var server = expiring(1);
        var client =
            SseClient.builder(server.uri())
                .tokens(
                    renew -> {
                      if (asked.incrementAndGet() == 2) {
                        throw new IOException("the issuer is down");
                      }
                      return "t" + asked.get();
                    })
                .build();
        var subscription = client.subscribe(recorder)) {
      await().until(() -> recorder.data().equals(List.of("e1", "e2")));
      assertThat(subscription.attempts()).hasSize(2);
      assertThat(asked).hasValue(3);
    }
  }

  /** Asked without a pause, it was asked a hundred million times in a second. */
  @Test
  void aProviderThatHasNoNextTokenAndReturnsNullIsNotAskedWithoutAPause() {
    var asked = new AtomicInteger();
    try (var server = expiring(9);
        var client =
            SseClient.builder(server.uri())
                .tokens(renew -> asked.incrementAndGet() == 1 ? "t" : nothing())
                .build();
        var subscription = client.subscribe(event -> {})) {
      await().until(() -> asked.get() >= 2);
      await().during(ofMillis(300)).until(() -> asked.get() == 2);
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    }
  }

  /** What a program that is compiled without a check for null may return. */
  @SuppressWarnings("NullAway")
  private static String nothing() {
    return null;
  }

  @Test
  void aRenewalThatHangsEndsWithItsConnectionAndTheNextOneIsRenewedInTime() {
    var hangs = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    var never = new CountDownLatch(1);
    var renewals = new AtomicInteger();
    var recorder = new Recorder();
    try (var server =
            SseTestServer.start(
                exchange -> {
                  exchange.open().introduce("0").event("" + exchange.number(), "", "e");
                  if (exchange.number() < 3) {
                    exchange.send(EXPIRING);
                  }
                  if (exchange.number() == 1) {
                    hangs.await(); // And ends.
                  } else {
                    exchange.silence();
                  }
                });
        var client =
            SseClient.builder(server.uri())
                .reconnect(ReconnectPolicy.exponential().first(java.time.Duration.ZERO))
                .tokens(
                    renew -> {
                      if (renew && renewals.incrementAndGet() == 1) {
                        hangs.countDown();
                        try {
                          never.await();
                        } catch (InterruptedException e) {
                          interrupted.countDown();
                          never.await(); // It goes on to hang.
                        }
                      }
                      return "t" + renewals;
                    })
                .build();
        var subscription = client.subscribe(recorder)) {
      await().until(() -> recorder.data().size() == 3);

      assertThat(interrupted.getCount()).isZero();
      assertThat(recorder.causes())
          .containsExactly(new Cause.ServerClosed(false), new Cause.TokenExpiring());
      assertThat(subscription.state()).isEqualTo(Subscription.State.OPEN);
    } finally {
      never.countDown();
    }
  }

  @Test
  void aProviderThatHangsIsInterruptedWhenTheStreamIsClosed() throws Exception {
    var hangs = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    try (var server = expiring(1);
        var client =
            SseClient.builder(server.uri())
                .tokens(
                    renew -> {
                      if (renew) {
                        hangs.countDown();
                        try {
                          new CountDownLatch(1).await();
                        } catch (InterruptedException e) {
                          interrupted.countDown();
                          throw e;
                        }
                      }
                      return "t";
                    })
                .build();
        var subscription = client.subscribe(event -> {})) {
      hangs.await();
      subscription.close();
      interrupted.await();
    }
  }
}
