package io.heliograph.cli.option;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** What a header may be, and that no mistake in one shows its secret. */
final class HeaderTest {
  @Test
  void nameAndValueAreStripped() {
    assertThat(Header.parse("X-Key :  a: b ")).isEqualTo(new Header("X-Key", "a: b"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"X-Token: secr\u00e9t", "X Y: secret", "secret", ": secret", "X: se\rcret"})
  void whatIsNoHeaderIsRefusedWithoutItsValue(String text) {
    assertThatThrownBy(() -> Header.parse(text))
        .isInstanceOf(TypeConversionException.class)
        .message()
        .doesNotContain("secr", "cret");
  }
}
