package io.heliograph.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** What a header may be, and that no mistake in one shows its secret. */
final class HeaderTest {
  private final Header.Converter converter = new Header.Converter();

  @Test
  void nameAndValueAreStripped() {
    assertThat(converter.convert("X-Key :  a: b ")).isEqualTo(new Header("X-Key", "a: b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"X-Token: secr\u00e9t", "X Y: secret", "secret", ": secret", "X: se\rcret"})
  void whatIsNoHeaderIsRefusedWithoutItsValue(String text) {
    assertThatThrownBy(() -> converter.convert(text))
        .isInstanceOf(TypeConversionException.class)
        .message()
        .doesNotContain("secr", "cret");
  }
}
