package io.heliograph.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.option.ServerOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** What counts as a secret, and is not shown. */
final class SecretsTest {
  @ParameterizedTest
  @CsvSource({
    "server, http://u:pWord@p:3128,    http://****@p:3128",
    "server, http://u:pWo@rd@p:3128,   http://****@p:3128",
    "server, https://pWord@h/x,        https://****@h/x"
  })
  void theUserAndPasswordOfAUrlAreASecretAndNotShown(String key, String value, String shown) {
    assertThat(Secrets.isSecret(key, value)).isTrue();
    assertThat(Secrets.shown(key, value)).isEqualTo(shown);
  }

  @Test
  void anAtSignElsewhereInAUrlIsNoSecret() {
    assertThat(Secrets.isSecret("server", "http://h:1/users/@me?a=b@c")).isFalse();
    assertThat(Secrets.shown("server", "http://h:1/@me")).isEqualTo("http://h:1/@me");
  }

  /** The client would not send them. */
  @ParameterizedTest
  @ValueSource(strings = {"http://u:pWord@h", "ftp://u:pWord@h", "http://u:pWord@h:x y"})
  void aServersUrlWithAPasswordIsRefusedWithoutShowingIt(String url) {
    assertThatThrownBy(() -> new ServerOption.HttpUri().convert(url))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageNotContaining("pWord");
  }
}
