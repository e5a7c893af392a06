package io.heliograph.cli.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30) // What waits for the end would do so for ever.
final class TokenReferenceTest {
  @Test
  void aTokenOnStdinIsTakenWhenItsLineIsThere() throws IOException {
    try (var out = new PipedOutputStream();
        var in = new PipedInputStream(out)) {
      out.write(" tok \r\nmore".getBytes(StandardCharsets.UTF_8));

      assertThat(TokenReference.firstLine(in)).isEqualTo("tok");
    }
  }

  @Test
  void theLastLineMayLackItsEnd() throws IOException {
    byte[] token = "tok".getBytes(StandardCharsets.UTF_8);

    assertThat(TokenReference.firstLine(new ByteArrayInputStream(token))).isEqualTo("tok");
    assertThat(TokenReference.firstLine(InputStream.nullInputStream())).isEmpty();
  }

  @Test
  void aLineWithoutEndDoesNotFillTheMemory() {
    InputStream zeros = new ByteArrayInputStream(new byte[1 << 20]);

    assertThatThrownBy(() -> TokenReference.firstLine(zeros)).hasMessageContaining("64 KiB");
  }
}
