package io.heliograph.server.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CursorTest {

  private static final UserId ALICE = new UserId("alice");

  @Test
  void itsTextIsReadBack() {
    var random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      var cursor =
          Cursor.at(
              ALICE,
              Position.kept(random.nextLong() >>> random.nextInt(1, 64), random.nextInt() >>> 1),
              Position.kept(random.nextLong() >>> 17, random.nextLong() >>> 1));

      assertThat(Cursor.parse(cursor.toString(), ALICE, 2)).contains(cursor);
    }
  }

  @Test
  void itIsShortAndMadeOfPlainCharacters() {
    var longest =
        Cursor.at(
            ALICE,
            Position.kept(Long.MAX_VALUE, Long.MAX_VALUE),
            Position.kept(Long.MAX_VALUE, Long.MAX_VALUE));

    assertThat(longest.toString()).hasSizeLessThanOrEqualTo(128).matches("[0-9A-Za-z.~_-]+");
  }

  @Test
  void anotherUsersCursorIsNotTaken() {
    var alices = Cursor.at(ALICE, Position.kept(7, 1), Position.kept(7, 0)).toString();

    assertThat(Cursor.parse(alices, new UserId("bob"), 2)).isEmpty();
  }

  @Test
  void theStepOfAnEphemeralEventIsLeftOut() {
    var cursor = Cursor.at(ALICE, new Position(7, 3, 99));

    assertThat(Cursor.parse(cursor.toString(), ALICE, 1))
        .contains(Cursor.at(ALICE, Position.kept(7, 3)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "1",
        "1...",
        "42",
        "2.TAG.1-1.1-1",
        "1.TAG.1-1",
        "1.TAG.1-1.1-1.1-1",
        "1.TAG.1-1.1-",
        "1.TAG.-1.1-1",
        "1.TAG.1-01.1-1",
        "1.TAG.1-1a.1-1",
        "1.TAG.1-+1.1-1",
        "1.TAG.1--1.1-1",
        "1.TAG.1-1.1-99999999999999999999",
        "1.TAG.zzzzzzzzzzzzzzzzzzzz-1.1-1",
        "1.TAG.A-1.1-1",
        "1.TAG.1-1.1-1 ",
        "1.TAG.1-1.1-\u0661",
      })
  void garbageIsNotTaken(String text) {
    String tag = Cursor.at(ALICE, Position.kept(1, 1)).toString().split("\\.", -1)[1];

    assertThat(Cursor.parse(text.replace("TAG", tag), ALICE, 2)).isEmpty();
  }

  @Test
  void aTextThatIsTooLongIsNotTaken() {
    assertThat(Cursor.parse("1." + "0".repeat(1_000_000), ALICE, 2)).isEmpty();
  }
}
