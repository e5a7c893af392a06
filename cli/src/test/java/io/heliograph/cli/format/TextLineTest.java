package io.heliograph.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.shell.Paint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TextLineTest {
  private static final Clock DAY =
      Clock.fixed(Instant.parse("2026-10-03T23:59:59.999Z"), ZoneOffset.UTC);
  private static final TextLine PLAIN = new TextLine(Paint.OFF, DAY, false, 0, true, 0, "");
  private static final TextLine TERMINAL = new TextLine(Paint.OFF, DAY, true, 0, true, 0, "");

  @Test
  void anEventIsARow() {
    assertThat(PLAIN.event(event("order.paid", "{\"n\":1}", false)))
        .isEqualTo("14:22:07.412  order.paid      9f-42  {\"n\":1}");
  }

  @Test
  void anEventOfAnotherDayHasItsDateInTheZoneOfTheReader() {
    Clock later = Clock.fixed(Instant.parse("2026-10-04T00:00:00Z"), ZoneOffset.UTC);
    var next = new TextLine(Paint.OFF, later, false, 0, true, 0, "");
    var east =
        new TextLine(Paint.OFF, later.withZone(ZoneOffset.ofHours(10)), false, 0, true, 0, "");

    assertThat(next.event(event("note", "one\ntwo", false)))
        .isEqualTo(
            "2026-10-03 14:22:07.412  note            9f-42  one\n" + " ".repeat(48) + "| two");
    assertThat(east.event(event("note", "x", false)))
        .isEqualTo("00:22:07.412  note            9f-42  x");
  }

  @Test
  void furtherLinesStandUnderTheData() {
    assertThat(PLAIN.event(event("note", "one\ntwo", false)))
        .isEqualTo("14:22:07.412  note            9f-42  one\n" + " ".repeat(37) + "| two");
  }

  @Test
  void aLongTypeDoesNotIndentEachLineByItsLength() {
    String type = "t".repeat(60_000);

    assertThat(PLAIN.event(event(type, "\n".repeat(60_000), false)))
        .hasSizeLessThan(60_000 * 70)
        .endsWith("\n" + " ".repeat(60) + "| ");
  }

  @Test
  void whatIsReplayedSaysSo() {
    assertThat(PLAIN.event(event("note", "x", true))).endsWith("x  (replay)");
  }

  @Test
  void theUserStandsFirstWhereThereAreSeveral() {
    var users = new TextLine(Paint.OFF, DAY, false, 5, false, 0, "");

    assertThat(users.event(event("note", "x", false)))
        .isEqualTo("bob    14:22:07.412  note            x");
  }

  @Test
  void aTerminalDoesNotGetThePayloadsOrders() {
    assertThat(TERMINAL.event(event("a\u001b[2J", "\u001b]0;title\u0007\rx\u009b\u202e", false)))
        .doesNotContain("\u001b", "\u0007", "\r", "\u009b", "\u202e")
        .contains("\\u001b]0;title\\u0007\\u000dx\\u009b\\u202e");
  }

  @Test
  void aPipeGetsThePayloadAsItIs() {
    assertThat(PLAIN.event(event("a", "\u001b[1mx", false))).contains("\u001b[1mx");
  }

  @Test
  void colourChangesNoText() {
    var painted = new TextLine(Paint.ON, DAY, true, 0, true, 0, "");

    assertThat(painted.event(event("note", "x", false)))
        .contains("\u001b[36m")
        .satisfies(
            row ->
                assertThat(row.replaceAll("\u001b\\[\\d+m", ""))
                    .isEqualTo(PLAIN.event(event("note", "x", false))));
  }

  @ParameterizedTest
  @CsvSource({"38, 38 ms", "3100, 3.1 s", "252388, 4m12s", "3720000, 1h02m", "90000000, 25h00m"})
  void spansAreShort(long ms, String text) {
    assertThat(TextLine.span(Duration.ofMillis(ms))).isEqualTo(text);
  }

  private static Shown event(String type, String data, boolean replay) {
    Instant at = Instant.parse("2026-10-03T14:22:07.412Z");
    return new Shown(at, "bob", "9f-42", type, data, replay, 1);
  }
}
