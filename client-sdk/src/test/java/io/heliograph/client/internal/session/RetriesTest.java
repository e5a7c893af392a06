package io.heliograph.client.internal.session;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.Cause;
import io.heliograph.client.ConnectPhase;
import io.heliograph.client.ReconnectPolicy;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** Where the next attempt goes, and when. */
class RetriesTest {
  private static final Cause REFUSED =
      new Cause.ConnectFailed(ConnectPhase.CONNECT, new IOException("refused"));
  private static final ReconnectPolicy POLICY =
      ReconnectPolicy.exponential().first(ofSeconds(1)).cap(ofSeconds(60));

  private final Retries retries = new Retries(POLICY, 3);

  private String end(Cause cause, boolean stable, Duration floor) {
    retries.ended(stable, cause);
    Duration delay = retries.next(floor, 1);
    return retries.endpoint() + " after " + delay.toMillis();
  }

  @Test
  void whileAllFailTheyAreTriedInRoundsAndTheDelayGrowsByTheRound() {
    var tried = new ArrayList<String>();
    for (int i = 0; i < 9; i++) {
      tried.add(end(REFUSED, false, ZERO));
    }
    assertThat(tried)
        .containsExactly(
            "1 after 1000",
            "2 after 1000",
            "0 after 1000",
            "1 after 1000",
            "2 after 1000",
            "0 after 2000",
            "1 after 1000",
            "2 after 1000",
            "0 after 4000");
    assertThat(retries.failures()).isEqualTo(9);
  }

  @Test
  void theLongestFloorOfARoundHoldsAfterTheRoundAndNotWithinIt() {
    assertThat(end(REFUSED, false, ofSeconds(30))).isEqualTo("1 after 1000");
    assertThat(end(REFUSED, false, ofSeconds(5))).isEqualTo("2 after 1000");
    assertThat(end(REFUSED, false, ZERO)).isEqualTo("0 after 31000");
    assertThat(end(REFUSED, false, ZERO)).isEqualTo("1 after 1000");
    end(REFUSED, false, ZERO);
    assertThat(end(REFUSED, false, ZERO)).isEqualTo("0 after 2000");
  }

  @Test
  void aLongStreamThatBreaksGoesToTheFirstOfTheOthers() {
    Cause lost = new Cause.ConnectionLost(new IOException("reset"));
    assertThat(end(lost, true, ZERO)).isEqualTo("1 after 1000");
    assertThat(end(lost, true, ZERO)).isEqualTo("0 after 1000");
    assertThat(end(new Cause.ServerClosing("drain", true), true, ofSeconds(9)))
        .isEqualTo("1 after 1000");
  }

  @Test
  void aLongStreamThatEndsInOrderGoesToTheFirst() {
    end(REFUSED, false, ZERO);
    assertThat(retries.endpoint()).isEqualTo(1);
    assertThat(end(new Cause.ServerClosing("max-age", true), true, ofMillis(500)))
        .isEqualTo("0 after 1500");
    assertThat(retries.failures()).isEqualTo(1);
  }

  @Test
  void startingOverForgetsAll() {
    end(REFUSED, false, ofSeconds(30));
    end(REFUSED, false, ZERO);
    retries.startOver();

    assertThat(retries.endpoint()).isZero();
    assertThat(retries.failures()).isZero();
    assertThat(end(REFUSED, false, ZERO)).isEqualTo("1 after 1000");
  }
}
