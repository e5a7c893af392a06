package io.heliograph.server.hub;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class KicksTest {

  private static final UserId ALICE = new UserId("alice");
  private static final UserId BOB = new UserId("bob");
  private static final UserId CAROL = new UserId("carol");

  private final AtomicLong nanos = new AtomicLong();
  private final Kicks kicks = new Kicks(2, nanos::get, _ -> List.of(), (_, _, _) -> {});

  @Test
  void aUserIsRefusedForAMinute() {
    kicks.addUser(ALICE);
    nanos.addAndGet(Duration.ofMinutes(1).toNanos());
    assertThat(refuses(ALICE)).isTrue();
    assertThat(refuses(ALICE)).isTrue();
    assertThat(refuses(BOB)).isFalse();
    nanos.addAndGet(1);

    assertThat(refuses(ALICE)).isFalse();
  }

  @Test
  void aConnectionIsRefusedOnce() {
    kicks.addConnection(ALICE, "one");
    kicks.addConnection(ALICE, "two");

    assertThat(refuses(ALICE)).isTrue();
    assertThat(refuses(ALICE)).isTrue();
    assertThat(refuses(ALICE)).isFalse();
  }

  @Test
  void aConnectionThatIsKickedTwiceIsRefusedOnce() {
    kicks.addConnection(ALICE, "one");
    kicks.addConnection(ALICE, "one");
    assertThat(refuses(ALICE)).isTrue();
    kicks.addConnection(ALICE, "one");

    assertThat(refuses(ALICE)).isFalse();
  }

  @Test
  void theOldestGivesWay() {
    kicks.addUser(ALICE);
    kicks.addUser(BOB);
    kicks.addUser(ALICE);
    kicks.addUser(CAROL);

    assertThat(refuses(BOB)).isFalse();
    assertThat(refuses(ALICE)).isTrue();
    assertThat(refuses(CAROL)).isTrue();
  }

  private boolean refuses(UserId user) {
    return kicks.decide(user) != Kicks.Return.WELCOME;
  }
}
