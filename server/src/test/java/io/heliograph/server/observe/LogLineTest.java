package io.heliograph.server.observe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class LogLineTest {

  @Test
  void aLineIsItsMessageAndItsFieldsInTheirOrder() {
    LogLine line = LogLine.of("opened").with("user", "alice").with("events", 7).with("live", true);

    assertThat(line).hasToString("opened user=alice events=7 live=true");
    assertThat(line.fields().keySet()).containsExactly("user", "events", "live");
    assertThat(line.fields().get("events")).isEqualTo(7); // A number in JSON, too.
  }

  @Test
  void whatIsNotThereIsLeftOut() {
    LogLine line =
        LogLine.of("opened")
            .with("agent", "")
            .with("by", Optional.empty())
            .with("jti", Optional.of("t"));

    assertThat(line).hasToString("opened jti=t");
  }

  @Test
  void noValueCanEndItsLineOrItsFieldOrPassForAnother() {
    for (String value :
        new String[] {
          "a b",
          "a=b",
          "a\"b",
          "a\\b",
          "a\nb",
          "a\rb",
          "a\u0085b",
          "a\u2028b",
          "a\u202eb",
          "a\u001b[2Jb"
        }) {
      assertThat(LogLine.of("x").with("f", value).with("g", 1).toString())
          .as(value)
          .matches("x f=\"([^\"\\\\]|\\\\.)*\" g=1")
          .matches(
              text ->
                  text.codePoints()
                      .noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x202e));
    }
  }

  @Test
  void aLongValueIsCut() {
    assertThat(LogLine.of("x").with("f", "y".repeat(10_000)).toString()).hasSize(304);
  }
}
