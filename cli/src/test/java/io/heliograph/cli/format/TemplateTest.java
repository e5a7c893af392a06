package io.heliograph.cli.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.shell.Printable;
import java.time.Instant;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class TemplateTest {
  private static final Instant AT = Instant.parse("2026-10-03T14:22:07.412999Z");

  @Test
  void eachPlaceholderIsFilledInAndTheRestStays() {
    assertThat(line("{{ts}} {{type}} {{ id }} {{user}} {{replay}}/{{conn}} } { {{data}}.", "x"))
        .isEqualTo("2026-10-03T14:22:07.412Z order 9f-42 alice true/3 } { x.");
  }

  @Test
  void aPointerPicksFromTheJson() {
    String json = "{\"a/b\":[1.50,\"two\",{\"c\":null, \"d\":true}],\"e\":\"\"}";

    assertThat(line("{{json:/a~1b/0}}|{{json:/a~1b/1}}|{{json:/a~1b/2}}", json))
        .isEqualTo("1.50|two|{\"c\":null,\"d\":true}");
    assertThat(line("{{json:/none}}|{{json:/e}}|{{json:/a~1b/9}}", json)).isEqualTo("||");
    assertThat(line("{{json:}}", "[1, 2]")).isEqualTo("[1,2]");
    assertThat(line("<{{json:/a}}>", "no json")).isEqualTo("<>");
  }

  @Test
  void onlyWhatTheEventSaysIsMadeHarmless() {
    assertThat(new Template("\033[1m{{data}}").line(shown("\033[2J"), Printable::of))
        .isEqualTo("\033[1m\\u001b[2J");
  }

  @Test
  void whatIsNoPlaceholderIsRefusedWithTheListOfThem() {
    for (String wrong : new String[] {"{{foo}}", "{{json:x}}", "{{}}", "{{json}}"}) {
      assertThatThrownBy(() -> new Template(wrong))
          .hasMessageContaining(wrong)
          .hasMessageContaining("{{ts}} {{type}} {{id}}");
    }
    assertThatThrownBy(() -> new Template("a {{ts")).hasMessageContaining("no }} behind {{ts");
  }

  private static String line(String template, String data) {
    return new Template(template).line(shown(data), UnaryOperator.identity());
  }

  private static Shown shown(String data) {
    return new Shown(AT, "alice", "9f-42", "order", data, true, 3);
  }
}
