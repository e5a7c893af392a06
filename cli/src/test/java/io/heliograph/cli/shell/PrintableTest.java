package io.heliograph.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PrintableTest {
  @ParameterizedTest
  @CsvSource({
    "https://h/x?access_token=S&f=1, https://h/x?access_token=****&f=1",
    "https://h/x?f=1&Token=S#end,    https://h/x?f=1&Token=****#end",
    "https://h/x?ticket=a%20b,       https://h/x?ticket=****",
    "https://h/x?api_key=S&key=T,    https://h/x?api_key=****&key=****",
    "https://u:p@h/x?y=1,            https://****@h/x?y=1",
    "https://h/token?monkey=1,       https://h/token?monkey=1"
  })
  void aUrlHidesWhatLetsSomebodyIn(String url, String shown) {
    assertThat(Printable.url(url)).isEqualTo(shown);
  }

  @Test
  void aMessageKeepsItsColorsAndNothingElseThatATerminalObeys() {
    assertThat(Printable.message("\u001b[31mred\u001b[0m\nnext"))
        .isEqualTo("\u001b[31mred\u001b[0m\nnext");
    assertThat(Printable.message("\u001b[2J\u001b]0;title\u0007\r\u009b1m"))
        .isEqualTo("\\u001b[2J\\u001b]0;title\\u0007\\u000d\\u009b1m");
  }
}
