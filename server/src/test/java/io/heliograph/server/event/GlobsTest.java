package io.heliograph.server.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class GlobsTest {

  @Test
  void aNameIsWholeOrABeginning() {
    Globs globs = Globs.parse("order.*, note");

    assertThat(globs.match("order.paid")).isTrue();
    assertThat(globs.match("note")).isTrue();
    assertThat(globs.match("notes")).isFalse();
    assertThat(globs.match("order")).isFalse();
    assertThat(Globs.parse("*").match("anything")).isTrue();
    assertThat(Globs.ALL.match("")).isTrue();
  }

  @Test
  void namesAreBounded() {
    assertThatThrownBy(() -> Globs.parse("a,".repeat(Globs.MAX_NAMES) + "a"))
        .isInstanceOf(InvalidValueException.class);
    assertThatThrownBy(() -> Globs.parse("a".repeat(300)))
        .isInstanceOf(InvalidValueException.class);
  }
}
