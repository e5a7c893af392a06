package io.heliograph.server.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.event.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What a ticket of one node allows and what is revoked, in time that moves only here. */
class TicketsTest extends TicketsContract {

  private final Revocations revocations = new Revocations(clock);

  @Override
  protected Tickets open(Duration openWithin) {
    return new LocalTickets(openWithin, clock);
  }

  @Test
  void aRevokedUsersOldTokensAreOutAndNewOnesAreIn() {
    Caller before = caller("alice");
    Caller undated =
        new Caller(new UserId("alice"), Set.of(), Optional.empty(), Optional.empty(), end);
    now.set(now.get().plusMillis(300));
    assertThat(revocations.revokedAt(before)).isEmpty();

    assertThat(revocations.revoke(new UserId("alice"), end)).isTrue();
    assertThat(revocations.revokedAt(before)).contains(now.get());
    assertThat(revocations.revokedAt(undated)).isPresent();
    assertThat(revocations.revokedAt(caller("bob"))).isEmpty();
    now.set(Instant.ofEpochSecond(now.get().getEpochSecond() + 1));
    assertThat(revocations.revokedAt(caller("alice"))).isEmpty();
    assertThat(revocations.revokedAt(before)).isPresent();
    now.set(end);
    assertThat(revocations.revokedAt(before)).isEmpty();
  }

  @Test
  void aFullStoreOfRevocationsForgetsNothing() {
    for (int i = 0; i < Revocations.MAX; i++) {
      assertThat(revocations.revokeToken("t" + i, end)).isTrue();
    }
    assertThat(revocations.revokeToken("late", end)).isFalse();
    assertThat(revocations.revokeToken("t0", end)).isTrue();
    assertThat(revocations.revoke(new UserId("alice"), end)).isFalse();
    now.set(end);
    assertThat(revocations.revokeToken("late", end.plusSeconds(1))).isTrue();
  }
}
