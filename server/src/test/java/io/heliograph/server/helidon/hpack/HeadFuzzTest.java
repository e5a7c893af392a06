package io.heliograph.server.helidon.hpack;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.helidon.http.http2.Http2Exception;
import java.util.Arrays;
import java.util.List;

/**
 * Whatever bytes come as the heads of a connection, each is decoded within the limits and handed on
 * as it is, or ends the connection. Without JAZZER_FUZZ=1 only the inputs beside this class are
 * tried.
 */
class HeadFuzzTest {

  /** Blocks, each after its length in two bytes. */
  @FuzzTest(maxDuration = "10m")
  void anyBytesAreHeadsWithinTheLimitsOrMalformed(byte[] input) {
    var decoder = new HeadDecoder();
    int at = 0;
    while (at + 2 <= input.length) {
      int length = ((input[at] & 0xff) << 8) | (input[at + 1] & 0xff);
      int end = Math.min(input.length, at + 2 + length);
      Head head;
      try {
        head = decoder.decode(Arrays.copyOfRange(input, at + 2, end));
      } catch (Http2Exception e) {
        return;
      }
      isWithinTheLimits(head);
      isHandedOn(head);
      at = end;
    }
  }

  private static void isWithinTheLimits(Head head) {
    assertThat(head.fields()).hasSizeLessThanOrEqualTo(HeadDecoder.MAX_FIELDS);
    assertThat(head.fields().stream().mapToInt(Head.Field::size).sum())
        .isLessThanOrEqualTo(HeadDecoder.MAX_BYTES);
    assertThat(head.fields()).noneMatch(field -> field.name().isEmpty());
  }

  private static void isHandedOn(Head head) {
    List<Head.Field> got = new HeadDecoder().decode(head.encoded()).fields();
    if (got.stream().anyMatch(field -> field.name().equals("heliograph-refusal"))) {
      assertThat(got.getLast().value()).matches("400|414|431");
      assertThat(got).filteredOn(field -> field.name().equals("heliograph-refusal")).hasSize(1);
    } else {
      assertThat(head.complete()).isTrue();
      assertThat(got)
          .isEqualTo(
              head.fields().stream()
                  .filter(field -> !field.name().equals("heliograph-refusal"))
                  .toList());
    }
  }
}
