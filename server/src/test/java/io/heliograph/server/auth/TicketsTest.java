package io.heliograph.server.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.event.UserId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What a ticket allows and what is revoked, in time that moves only here. */
class TicketsTest {

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.ofEpochSecond(1_800_000_000));
  private final Clock clock =
      new Clock() {
        @Override
        public Instant instant() {
          return now.get();
        }

        @Override
        public ZoneOffset getZone() {
          return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
          return this;
        }
      };
  private final Tickets tickets = new Tickets(Duration.ofSeconds(30), clock);
  private final Revocations revocations = new Revocations(clock);
  private final Instant end = now.get().plusSeconds(3600);

  @Test
  void aTicketMustBeUsedSoonAndThenLivesAsLongAsItsToken() {
    String late = issue("alice");
    String soon = issue("alice");
    pass(29);
    var opened = (Tickets.Use.Opened) tickets.open(soon, false);
    assertThat(opened.caller().user()).isEqualTo(new UserId("alice"));
    opened.hold().begun();
    assertThat(tickets.open(soon, true)).isInstanceOf(Tickets.Use.Busy.class);
    pass(1);
    assertRefused(late, false);
    opened.hold().close();
    assertRefused(soon, false);

    pass(3000);
    ((Tickets.Use.Opened) tickets.open(soon, true)).hold().close();
    pass(570);
    assertThatThrownBy(() -> tickets.open(soon, true))
        .isInstanceOfSatisfying(
            TokenRefusedException.class, refused -> assertThat(refused.ended()).contains(end));
    pass((int) Caller.GRACE.toSeconds() - 1);
    assertThatThrownBy(() -> tickets.open(soon, true))
        .isInstanceOfSatisfying(
            TokenRefusedException.class, refused -> assertThat(refused.ended()).contains(end));
    pass(1);
    assertRefused(soon, true);
  }

  @Test
  void aStreamThatIsRefusedDoesNotUseItsTicketUp() {
    String ticket = issue("alice");
    for (int i = 0; i < 3; i++) {
      pass(20); // When the reader is told to come back.
      var refused = (Tickets.Use.Opened) tickets.open(ticket, false);
      refused.hold().close();
      refused.hold().close();
    }
    var opened = (Tickets.Use.Opened) tickets.open(ticket, false);
    opened.hold().begun();
    opened.hold().close();

    assertRefused(ticket, false);
    assertThat(tickets.open(ticket, true)).isInstanceOf(Tickets.Use.Opened.class);
  }

  @Test
  void aUserHasManyTicketsAtMostAndTheOldestGivesWay() {
    String open = issue("alice");
    var _ = (Tickets.Use.Opened) tickets.open(open, false);
    String oldest = issue("alice");
    for (int i = 2; i < Tickets.MAX_PER_USER; i++) {
      issue("alice");
    }
    String one = issue("alice");

    assertRefused(oldest, false);
    assertThat(tickets.open(open, true)).isInstanceOf(Tickets.Use.Busy.class);
    assertThat(tickets.open(one, false)).isInstanceOf(Tickets.Use.Opened.class);
  }

  @Test
  void aFullStoreRefusesAndHasRoomAgainWhenTicketsAreOver() {
    for (int i = 0; i < Tickets.MAX; i++) {
      issue("user-" + i);
    }
    assertThat(tickets.issue(caller("late"))).isEmpty();
    pass(30);
    assertThat(tickets.issue(caller("late"))).isPresent();
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

  private void pass(int seconds) {
    now.set(now.get().plusSeconds(seconds));
  }

  private String issue(String user) {
    return tickets.issue(caller(user)).orElseThrow();
  }

  private Caller caller(String user) {
    return new Caller(
        new UserId(user),
        Set.of(Scope.SUBSCRIBE),
        Optional.of("t-" + user),
        Optional.of(now.get()),
        end);
  }

  private void assertRefused(String ticket, boolean resumes) {
    assertThatThrownBy(() -> tickets.open(ticket, resumes))
        .isInstanceOfSatisfying(
            TokenRefusedException.class, refused -> assertThat(refused.ended()).isEmpty());
  }
}
