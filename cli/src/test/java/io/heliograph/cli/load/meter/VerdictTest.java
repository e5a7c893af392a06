package io.heliograph.cli.load.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Verdict.Evidence;
import io.heliograph.cli.load.meter.Verdict.State;
import org.junit.jupiter.api.Test;

final class VerdictTest {
  @Test
  void aGeneratorWithNothingAgainstItIsValid() {
    assertThat(Verdict.of(evidence(1, 20, 0, 30, 0)))
        .isEqualTo(new Verdict(State.VALID, java.util.List.of()));
  }

  @Test
  void latenessOfItsOwnMakesItSuspectThenInvalid() {
    assertThat(Verdict.of(evidence(6, 20, 0, 30, 0)).state()).isEqualTo(State.SUSPECT);
    assertThat(Verdict.of(evidence(60, 20, 0, 30, 0)).state()).isEqualTo(State.INVALID);
  }

  @Test
  void aStoppedProcessIsInvalidByItsHiccupAlone() {
    Verdict verdict = Verdict.of(evidence(1, 20, 0, 1000, 0));

    assertThat(verdict.state()).isEqualTo(State.INVALID);
    assertThat(verdict.reasons()).containsExactly("this program was held up: hiccup max 1000 ms");
  }

  @Test
  void aDroppedPublishOrAnErrorOfThisMachineIsInvalid() {
    assertThat(Verdict.of(evidence(1, 20, 1, 30, 0)).state()).isEqualTo(State.INVALID);
    assertThat(Verdict.of(evidence(1, 20, 0, 30, 1)).state()).isEqualTo(State.INVALID);
  }

  @Test
  void beforeItMeasuresOnlyWhatMakesFiguresWrongCounts() {
    assertThat(Verdict.of(before(480)).state()).isEqualTo(State.VALID);
    assertThat(Verdict.of(before(1000)).reasons())
        .containsExactly("this program was held up before it measured: hiccup max 1000 ms");
    assertThat(Verdict.of(before(1000)).state()).isEqualTo(State.INVALID);
  }

  /** What makes publishes late is the reason; that they were late is not another one. */
  @Test
  void eachCauseIsNamedOnceAndWhatFollowsFromItIsNot() {
    var held = new Evidence(90, 1500, 100, 150, 900, 700, 0, 0, 0);
    var stolen = new Evidence(90, 1500, 100, 150, 900, 0, 0.3, 0, 0);

    assertThat(Verdict.of(held).state()).isEqualTo(State.INVALID);
    assertThat(Verdict.of(held).reasons())
        .containsExactly("this program was held up: hiccup max 900 ms");
    assertThat(Verdict.of(stolen).reasons())
        .containsExactly("other machines took 30.0 % of the processors");
  }

  @Test
  void otherProgramsThatHaveTheProcessorsAreTheOnlyReason() {
    var both = new Evidence(90, 1500, 100, 150, 900, 700, 0, 0.62, 0);

    assertThat(Verdict.of(both).reasons())
        .containsExactly(
            "other programs used 62 % of the processors and held this program up: hiccup max"
                + " 900 ms");
  }

  private static Evidence before(double hiccup) {
    return new Evidence(1, 20, 0, 5, 30, hiccup, 0, 0, 0);
  }

  private static Evidence evidence(
      double lagP99, double lagMax, long dropped, double hiccupMax, long localErrors) {
    return new Evidence(lagP99, lagMax, dropped, 5, hiccupMax, 0, 0, 0, localErrors);
  }
}
