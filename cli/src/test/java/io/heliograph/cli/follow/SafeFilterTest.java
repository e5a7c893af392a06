package io.heliograph.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.Event;
import java.util.ArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class SafeFilterTest {
  @Test
  void dataThatIsTooLongForAnExpressionDoesNotFitAndIsToldOnce() {
    Pattern greedy = Pattern.compile("(a|b)*c");
    var told = new ArrayList<String>();
    var filter = new SafeFilter(event -> greedy.matcher(event.data()).find(), told::add);
    String tooLong = "ab".repeat(1_000_000);

    assertThat(filter.takes(new Event("t", tooLong, "7"))).isFalse();
    assertThat(filter.takes(new Event("t", tooLong, "8"))).isFalse();
    assertThat(filter.takes(new Event("t", "abc", "9"))).isTrue();
    assertThat(told).singleElement().asString().contains("the event 7 is too long");
  }
}
