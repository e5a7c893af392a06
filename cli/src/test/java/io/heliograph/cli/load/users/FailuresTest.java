package io.heliograph.cli.load.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.Cause;
import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  @Test
  void aServerCannotSpeakOfTheGeneratorsLimits() {
    assertThat(kind("drain")).isEqualTo("closing-drain");
    assertThat(kind("local-emfile")).isEqualTo("closing-other");
    assertThat(Failures.isLocal("closing-local-emfile")).isFalse();
  }

  @Test
  void theGeneratorsOwnLimitsAreKnown() {
    String ports = Failures.kind(new BindException("Cannot assign requested address"), "x");
    String files = Failures.kind(new IOException("Too many open files"), "x");

    assertThat(Failures.isLocal(ports)).isTrue();
    assertThat(Failures.isLocal("publish-" + files)).isTrue();
    assertThat(Failures.isLocal(Failures.kind(new IOException("Broken pipe"), "rst"))).isFalse();
  }

  private static String kind(String reason) {
    return Failures.kind(new Cause.ServerClosing(reason, true));
  }
}
