package io.heliograph.cli.load.meter;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.load.meter.Envelope.Found;
import org.junit.jupiter.api.Test;

final class EnvelopeTest {
  private static final Envelope ENVELOPE =
      new Envelope("k3x", 17, 4, 1234567890123L, 1234567890456L);

  @Test
  void itIsFoundInWhateverAServerWrapsAroundIt() {
    String text = ENVELOPE.text(150);

    assertThat(text).hasSize(150);
    for (String wrapped :
        new String[] {text, "{\"_sim\":\"" + text + "\"}", "{\\\"a\\\":\\\"" + text + "\\\"}"}) {
      assertThat(Envelope.in(wrapped)).isEqualTo(new Found.Intact(ENVELOPE));
    }
  }

  @Test
  void anyChangedByteIsCorrupt() {
    String text = ENVELOPE.text(120);
    for (int i = "@sim:".length(); i < text.length() - 1; i++) {
      char other = text.charAt(i) == '7' ? '8' : '7';
      String changed = text.substring(0, i) + other + text.substring(i + 1);

      assertThat(Envelope.in(changed)).as(changed).isInstanceOf(Found.Corrupt.class);
    }
  }

  @Test
  void anyCutIsCorrupt() {
    String text = ENVELOPE.text(100);
    for (int length = "@sim:".length(); length < text.length(); length++) {
      assertThat(Envelope.in(text.substring(0, length))).isInstanceOf(Found.Corrupt.class);
    }
  }

  @Test
  void otherEventsAreNone() {
    assertThat(Envelope.in("{\"order\":17,\"to\":\"a@b.org\"}")).isInstanceOf(Found.Nothing.class);
  }
}
