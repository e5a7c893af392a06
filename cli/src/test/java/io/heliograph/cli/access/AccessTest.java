package io.heliograph.cli.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class AccessTest {
  @Test
  void whatDoesNotSpeakTlsHasNoCertificateToAskFor() {
    assertThat(Access.tlsHint("Unsupported or unrecognized SSL message"))
        .contains("http://")
        .doesNotContain("certificate");
    assertThat(Access.tlsHint("PKIX path building failed")).contains("certificate");
  }
}
