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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of tickets must do, in time that moves only here. */
public abstract class TicketsContract {

  protected final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.ofEpochSecond(1_800_000_000));
  protected final Clock clock =
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
  protected final Instant end = now.get().plusSeconds(3600);
  private Tickets tickets;

  /** Opens an empty store. */
  protected abstract Tickets open(Duration openWithin);

  @BeforeEach
  void openStore() {
    tickets = open(Duration.ofSeconds(30));
  }

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

  protected final void pass(int seconds) {
    now.set(now.get().plusSeconds(seconds));
  }

  protected final String issue(String user) {
    return tickets.issue(caller(user)).orElseThrow();
  }

  protected final Caller caller(String user) {
    return new Caller(
        new UserId(user),
        Set.of(Scope.SUBSCRIBE),
        Optional.of("t-" + user),
        Optional.of(now.get()),
        end);
  }

  protected final void assertRefused(String ticket, boolean resumes) {
    assertThatThrownBy(() -> tickets.open(ticket, resumes))
        .isInstanceOfSatisfying(
            TokenRefusedException.class, refused -> assertThat(refused.ended()).isEmpty());
  }
}
