package io.heliograph.cli.load.users;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.ErrorKind;
import io.heliograph.client.Cause;
import java.io.IOException;
import java.net.BindException;
import org.junit.jupiter.api.Test;

final class FailuresTest {
  @Test
  void aServerCannotSpeakOfTheGeneratorsLimits() {
    assertThat(kind("drain")).isEqualTo("closing-drain");
    assertThat(kind("local-emfile")).isEqualTo("closing-other");
    assertThat(ErrorKind.isLocal("closing-local-emfile")).isFalse();
  }

  @Test
  void theGeneratorsOwnLimitsAreKnown() {
    String ports = ErrorKind.of(new BindException("Cannot assign requested address"), "x");
    String files = ErrorKind.of(new IOException("Too many open files"), "x");

    assertThat(ErrorKind.isLocal(ports)).isTrue();
    assertThat(ErrorKind.isLocal("publish-" + files)).isTrue();
    assertThat(ErrorKind.isLocal(ErrorKind.of(new IOException("Broken pipe"), "rst"))).isFalse();
  }

  private static String kind(String reason) {
    return Failures.kind(new Cause.ServerClosing(reason, true));
  }
}
