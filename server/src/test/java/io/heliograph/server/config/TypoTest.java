package io.heliograph.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class TypoTest {
  private static final List<String> WORDS = List.of("subscribe", "sub", "publish", "pub", "serve");

  @Test
  void aSlipOfTheFingerIsUnderstood() {
    assertThat(Typo.meant("subcsribe", WORDS)).contains("subscribe");
    assertThat(Typo.meant("publis", WORDS)).contains("publish");
    assertThat(Typo.meant("server", WORDS)).contains("serve");
  }

  @Test
  void whatIsFarFromEveryWordGetsNoGuess() {
    assertThat(Typo.meant("frobnicate", WORDS)).isEmpty();
  }
}
