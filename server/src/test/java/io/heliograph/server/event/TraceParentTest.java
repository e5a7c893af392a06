package io.heliograph.server.event;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Section 3.2 of W3C Trace Context. */
class TraceParentTest {

  private static final String IDS = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";

  @ParameterizedTest
  @CsvSource({
    "00, 00, 0",
    "00, 01, 1",
    "00, 02, 2",
    "00, 03, 3",
    "00, ff, 3", // Flags that are not defined are set to 0.
    "01, 01, 1",
    "cc, 09, 1",
    "fe, 00, 0"
  })
  void aValueOfAnyVersionBecomesOneOfVersion00(String version, String flags, int known) {
    assertThat(TraceParent.parse(version + "-" + IDS + "-" + flags).orElseThrow().value())
        .isEqualTo("00-" + IDS + "-0" + known);
  }

  @Test
  void aLaterVersionMayHaveMoreParts() {
    assertThat(TraceParent.parse("01-" + IDS + "-01-what-the-future-will-be").orElseThrow().value())
        .isEqualTo("00-" + IDS + "-01");
    assertThat(TraceParent.parse("01-" + IDS + "-01-")).isPresent();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-" + IDS,
        "00-" + IDS + "-",
        "00-" + IDS + "-1",
        "00-" + IDS + "-001",
        "00-" + IDS + "-01-",
        "00-" + IDS + "-01-more",
        "01-" + IDS + "-01more",
        "01-" + IDS + "-01-\n",
        "ff-" + IDS + "-01",
        "0-" + IDS + "-01",
        "0g-" + IDS + "-01",
        "00-" + IDS + "-0A",
        " 00-" + IDS + "-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e47366-00f067aa0ba902b7-01",
        "00.4bf92f3577b34da6a3ce929d0e0e4736.00f067aa0ba902b7.01"
      })
  void whatTheRecommendationDoesNotAllowIsIgnored(String text) {
    assertThat(TraceParent.parse(text)).isEmpty();
  }
}
