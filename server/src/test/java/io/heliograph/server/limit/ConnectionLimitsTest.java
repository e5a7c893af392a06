package io.heliograph.server.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.UserId;
import io.heliograph.server.limit.ConnectionLimits.Bound;
import io.heliograph.server.limit.ConnectionLimits.Decision;
import io.heliograph.server.limit.ConnectionLimits.Decision.Admitted;
import io.heliograph.server.limit.ConnectionLimits.Decision.Refused;
import java.util.ArrayList;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class ConnectionLimitsTest {

  private static final Optional<UserId> ALICE = Optional.of(new UserId("alice"));
  private static final Optional<UserId> BOB = Optional.of(new UserId("bob"));

  @Test
  void eachBoundRefusesTheNewestAndOnlyWhoIsOverIt() {
    var limits = new ConnectionLimits(4, 2, OptionalInt.of(3));

    assertThat(limits.admit(ALICE, "1")).isInstanceOf(Admitted.class);
    assertThat(limits.admit(ALICE, "1")).isInstanceOf(Admitted.class);
    assertThat(limits.admit(ALICE, "2")).isEqualTo(new Refused(Bound.USER, 2));
    assertThat(limits.admit(BOB, "1")).isInstanceOf(Admitted.class);
    assertThat(limits.admit(BOB, "1")).isEqualTo(new Refused(Bound.ADDRESS, 3));
    assertThat(limits.admit(BOB, "2")).isInstanceOf(Admitted.class);
    assertThat(limits.admit(Optional.empty(), "3")).isEqualTo(new Refused(Bound.NODE, 4));
  }

  @Test
  void aPlaceThatIsLeftIsFreeOnceHoweverOftenItIsClosed() {
    var limits = new ConnectionLimits(2, 1, OptionalInt.of(1));
    var place = ((Admitted) limits.admit(ALICE, "1")).place();

    place.close();
    place.close();

    assertThat(limits.admit(ALICE, "1")).isInstanceOf(Admitted.class);
    assertThat(limits.admit(ALICE, "1")).isEqualTo(new Refused(Bound.USER, 1));
  }

  @Test
  void aRefusalByALaterBoundTakesNoPlaceOfAnEarlierOne() {
    var limits = new ConnectionLimits(2, 2, OptionalInt.of(1));
    limits.admit(ALICE, "1");
    for (int i = 0; i < 5; i++) {
      assertThat(limits.admit(ALICE, "1")).isEqualTo(new Refused(Bound.ADDRESS, 1));
    }

    assertThat(limits.admit(ALICE, "2")).isInstanceOf(Admitted.class);
  }

  @Test
  void ofManyThatComeAtOnceAsManyGetInAsMay() throws Exception {
    var limits = new ConnectionLimits(1_000, 7, OptionalInt.empty());
    var attempts = new ArrayList<Callable<Decision>>();
    for (int i = 0; i < 500; i++) {
      attempts.add(() -> limits.admit(ALICE, "1"));
    }
    int admitted = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var attempt : threads.invokeAll(attempts)) {
        admitted += attempt.get() instanceof Admitted ? 1 : 0;
      }
    }

    assertThat(admitted).isEqualTo(7);
  }
}
