package io.heliograph.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SymbolsTest {
  @ParameterizedTest
  @CsvSource({
    "C.UTF-8,       UNICODE",
    "de_DE.utf8,    UNICODE",
    "C,             ASCII",
    "POSIX,         ASCII",
    "de_DE,         ASCII",
    "de_DE@euro,    ASCII",
    "en_US.ISO8859-1, ASCII"
  })
  void onlyALocaleWithUtf8ShowsSymbols(String locale, Symbols symbols) {
    assertThat(Symbols.ofLocale(locale)).isEqualTo(symbols);
  }

  @Test
  void theLauncherKnowsBetterThanTheEnvironmentThatItChanged() {
    assertThat(Symbols.of("C", Map.of("LC_ALL", "C.UTF-8"))).isEqualTo(Symbols.ASCII);
    assertThat(Symbols.of(null, Map.of("LC_ALL", "", "LANG", "C.UTF-8")))
        .isEqualTo(Symbols.UNICODE);
    assertThat(Symbols.of(null, Map.of("LC_ALL", "C", "LANG", "C.UTF-8"))).isEqualTo(Symbols.ASCII);
    assertThat(Symbols.of(null, Map.of())).isEqualTo(Symbols.ASCII);
  }

  @Test
  void eachSymbolHasOneThatIsAsWideAndOtherTextStays() {
    String ours = "✓ ✗ → … · 3µs";

    assertThat(Symbols.UNICODE.of(ours)).isSameAs(ours);
    assertThat(Symbols.ASCII.of(ours)).isEqualTo("+ x > ~ - 3us");
    assertThat(Symbols.ASCII.of("grüße 日本")).isEqualTo("grüße 日本");
  }
}
