package io.heliograph.cli.load.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.SequenceCheck.Arrival;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class SequenceCheckTest {
  private final SequenceCheck check = new SequenceCheck();
  private final SentLog sent = new SentLog();

  @Test
  void whatComesInOrderIsNew() {
    publish(3);

    assertThat(check.see(0)).isEqualTo(Arrival.NEW);
    assertThat(check.see(1)).isEqualTo(Arrival.NEW);
    assertThat(check.see(2)).isEqualTo(Arrival.NEW);
    assertThat(check.audit(sent, Long.MAX_VALUE).owed).isEqualTo(3);
    assertThat(check.audit(sent, Long.MAX_VALUE).silent()).isZero();
  }

  @Test
  void aHoleIsLostUnlessItComesLater() {
    publish(4);
    check.see(0);
    check.see(3);

    assertThat(check.see(1)).isEqualTo(Arrival.LATE);
    assertThat(check.lastDisplacement()).isEqualTo(2);
    assertThat(check.audit(sent, Long.MAX_VALUE).silentSequences).containsExactly(2L);
  }

  @Test
  void aReplayMayRepeatWhatAnEarlierConnectionBroughtButOnlyOnce() {
    publish(2);
    check.see(0);
    check.see(1);
    check.returned(2, true);

    assertThat(check.see(1)).isEqualTo(Arrival.AGAIN);
    assertThat(check.see(1)).isEqualTo(Arrival.DOUBLE);
  }

  @Test
  void aGapExcusesAsManyAsItNamesAndOnlyWhatWasPublishedByThen() {
    publish(5);
    check.see(0);
    check.gap(5, new SequenceCheck.Loss(3));
    publish(2);
    check.see(6);

    SequenceCheck.Audit audit = check.audit(sent, Long.MAX_VALUE);

    assertThat(audit.announced).isEqualTo(3);
    assertThat(audit.silentSequences).containsExactly(4L, 5L);
  }

  @Test
  void aGapInTwoLogsExcusesAsManyAsItNamesInBothTogether() {
    var broadcasts = new SequenceCheck();
    publish(3);
    check.see(0);
    broadcasts.see(0);
    var loss = new SequenceCheck.Loss(3);
    broadcasts.gap(3, loss);
    check.gap(3, loss);

    assertThat(check.audit(sent, Long.MAX_VALUE).announced).isEqualTo(2);
    SequenceCheck.Audit audit = broadcasts.audit(sent, Long.MAX_VALUE);
    assertThat(audit.announced).isEqualTo(1);
    assertThat(audit.silentSequences).containsExactly(2L);
  }

  @Test
  void aGapDoesNotExcuseWhatWasMissingBeforeIt() {
    publish(3);
    check.see(0);
    check.see(2);
    check.gap(3, new SequenceCheck.Loss(10));

    assertThat(check.audit(sent, Long.MAX_VALUE).silentSequences).containsExactly(1L);
  }

  @Test
  void whoCannotResumeIsNotOwedWhatWasSentMeanwhile() {
    publish(1);
    check.see(0);
    publish(3);
    check.returned(4, false);
    publish(1);
    check.see(4);

    SequenceCheck.Audit audit = check.audit(sent, Long.MAX_VALUE);

    assertThat(audit.missedAway).isEqualTo(3);
    assertThat(audit.owed).isEqualTo(2);
    assertThat(audit.silent()).isZero();
  }

  @Test
  void whatWasSentWhileTheStreamOpenedMayCome() {
    publish(2);
    check.firstConnection(2);

    assertThat(check.see(1)).isEqualTo(Arrival.NEW);
    assertThat(check.audit(sent, Long.MAX_VALUE).owed).isEqualTo(1);
  }

  @Test
  void aReturnThatMissedSomethingIsCounted() {
    publish(1);
    check.see(0);
    publish(2);
    check.returned(3, true);
    check.see(2);
    check.returned(3, true);

    assertThat(check.audit(sent, Long.MAX_VALUE).returns).containsExactly(true, false);
  }

  @Test
  void rangesAreTheSameAsASetOfNumbers() {
    var random = new SplittableRandom(7);
    var ranges = new Sequences();
    var set = new TreeSet<Long>();
    for (int i = 0; i < 5000; i++) {
      long from = random.nextLong(200);
      if (random.nextInt(3) == 0) {
        long last = from + random.nextLong(8) - 1;
        ranges.add(from, last);
        for (long n = from; n <= last; n++) {
          set.add(n);
        }
      } else {
        assertThat(ranges.remove(from)).isEqualTo(set.remove(from));
      }
      assertThat(ranges.size()).isEqualTo(set.size());
      assertThat(ranges.contains(from)).isEqualTo(set.contains(from));
    }
    var all = new TreeSet<Long>();
    ranges.forEach(all::add);
    assertThat(all).isEqualTo(set);
  }

  private void publish(int count) {
    for (int i = 0; i < count; i++) {
      sent.next();
    }
  }
}
