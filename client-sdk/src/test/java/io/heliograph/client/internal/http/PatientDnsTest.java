package io.heliograph.client.internal.http;

import static io.heliograph.client.Await.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class PatientDnsTest {

  @Test
  void aLookUpThatNeverReturnsSpoilsItsNameForItsOwnTimeOnly() throws Exception {
    var never = new CountDownLatch(1);
    var lookups = new AtomicInteger();
    var home = InetAddress.getLoopbackAddress();
    var dns =
        new PatientDns(
            name -> {
              if (lookups.incrementAndGet() == 1) {
                try {
                  never.await();
                } catch (InterruptedException e) {
                  throw new AssertionError("look-ups are not interrupted", e);
                }
              }
              return List.of(home);
            },
            Duration.ofMillis(50));
    try {
      assertThatThrownBy(() -> dns.lookup("a.invalid"))
          .isInstanceOf(UnknownHostException.class)
          .hasMessageContaining("no response");

      assertThat(dns.lookup("a.invalid")).containsExactly(home);
    } finally {
      never.countDown();
    }
  }

  @Test
  void lookUpsThatNeverReturnHoldFewThreads() throws Exception {
    var never = new CountDownLatch(1);
    var hanging = new AtomicInteger();
    var home = InetAddress.getLoopbackAddress();
    var dns =
        new PatientDns(
            name -> {
              hanging.incrementAndGet();
              try {
                never.await();
              } catch (InterruptedException e) {
                throw new AssertionError("look-ups are not interrupted", e);
              }
              return List.of(home);
            },
            Duration.ofMillis(10));
    for (int i = 0; i < 50; i++) {
      assertThatThrownBy(() -> dns.lookup("a.invalid")).hasMessageContaining("no response");
    }
    assertThat(hanging).hasValueBetween(1, 9);

    never.countDown(); // The system answers again: so does the name.
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(dns.lookup("a.invalid")).containsExactly(home));
    await()
        .ignoreExceptions()
        .untilAsserted(() -> assertThat(dns.lookup("b.invalid")).containsExactly(home));
  }
}
