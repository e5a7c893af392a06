package io.heliograph.cli.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.NewEvent;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30) // A line that waits would do so for ever.
class LinesTest {
  @Test
  void eachLineIsAnEventAndKeepsItsNumber() throws Exception {
    Lines lines = lines("one\n\n  \r\nh\u00e9\r\nlast");

    var all = new ArrayList<>(lines.next(10));
    all.addAll(lines.next(10)); // Without its end a line is only complete at the end of all.

    assertThat(all)
        .extracting(item -> item.number() + item.event().dataJson())
        .containsExactly("1\"one\"", "4\"h\u00e9\"", "5\"last\"");
    assertThat(lines.next(10)).isEmpty();
  }

  /** As editors of Windows write it. */
  @Test
  void neitherAByteOrderMarkNorACarriageReturnIsData() throws Exception {
    Lines lines = lines("\ufeffone\r\n\ufeffmark\r\nlast\r");

    var all = new ArrayList<>(lines.next(10));
    all.addAll(lines.next(10));

    assertThat(all)
        .extracting(item -> item.event().dataJson())
        .containsExactly("\"one\"", "\"\ufeffmark\"", "\"last\"");
  }

  @Test
  void noMoreAreTakenThanAskedFor() throws Exception {
    Lines lines = lines("1\n2\n3\n");

    assertThat(lines.next(2)).hasSize(2);
    assertThat(lines.next(2)).hasSize(1);
    assertThat(lines.next(2)).isEmpty();
  }

  @Test
  void aLineThatIsThereDoesNotWaitForTheNext() throws Exception {
    try (var out = new PipedOutputStream();
        var in = new PipedInputStream(out)) {
      Lines lines = of(in);
      out.write("one\ntwo\nhal".getBytes(StandardCharsets.UTF_8));

      assertThat(lines.next(10)).hasSize(2);
      out.write("f\n".getBytes(StandardCharsets.UTF_8));
      assertThat(lines.next(10)).extracting(Source.Item::number).isEqualTo(List.of(3L));
    }
  }

  @Test
  void aLineWithoutEndDoesNotFillTheMemory() {
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 'x';
          }

          @Override
          public int read(byte[] bytes, int offset, int length) {
            java.util.Arrays.fill(bytes, offset, offset + length, (byte) 'x');
            return length;
          }
        };

    assertThatThrownBy(() -> of(endless).next(1))
        .hasMessage("line 1: longer than 16 MiB, the server's limit");
  }

  @Test
  void aBadLineDoesNotTakeTheGoodOnesBeforeItAlong() throws Exception {
    Lines lines = lines("one\ntwo\n" + "x".repeat((17 << 20) + 1) + "\nlast\n");

    assertThat(lines.next(10)).extracting(Source.Item::number).isEqualTo(List.of(1L, 2L));
    for (int again = 0; again < 2; again++) {
      assertThatThrownBy(() -> lines.next(10))
          .hasMessage("line 3: longer than 16 MiB, the server's limit");
    }
  }

  @Test
  void aLineThatIsNotUtf8IsRefusedAndNotAltered() throws Exception {
    Lines lines = lines("good\na\u00ff\u00feb\n", StandardCharsets.ISO_8859_1);

    assertThat(lines.next(10)).hasSize(1);
    assertThatThrownBy(() -> lines.next(10)).hasMessageStartingWith("line 2: not UTF-8");
  }

  private static Lines lines(String text) {
    return lines(text, StandardCharsets.UTF_8);
  }

  private static Lines lines(String text, Charset charset) {
    return of(new ByteArrayInputStream(text.getBytes(charset)));
  }

  private static Lines of(InputStream in) {
    return new Lines(in, text -> NewEvent.text("t", text));
  }
}
