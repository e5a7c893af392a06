package io.heliograph.cli.follow;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.client.Event;
import java.util.ArrayList;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  @Test
  @Timeout(60)
  void anExpressionThatTriesAllWaysIsGivenUpAndSoIsTheEvent() {
    var told = new ArrayList<String>();
    var where = new Where("/x ~ \"(.*a){25}b\" || /x");
    var filter = new SafeFilter(event -> where.test(event.data()), told::add);
    String endless = "{\"x\":\"" + "a".repeat(60) + "!\"}";

    assertThat(filter.takes(new Event("t", endless, "7"))).isFalse();
    assertThat(filter.takes(new Event("t", endless, "8"))).isFalse();
    assertThat(filter.takes(new Event("t", "{\"x\":\"b\"}", "9"))).isTrue();
    assertThat(told).singleElement().asString().contains("the event 7 has too many ways");
    assertThat(filter.tooMuch()).isEqualTo(2);
  }

  @Test
  @Timeout(60)
  void allExpressionsOfAnEventShareWhatItMayCost() {
    var regex = new Regex(Pattern.compile("a*b"));
    // Some two million looks each.
    String dear = "a".repeat(2000);
    Predicate<Event> often =
        event -> {
          for (int i = 0; i < 50; i++) {
            regex.isIn(event.data());
          }
          return true;
        };
    var filter = new SafeFilter(often::test, message -> {});

    assertThat(regex.isIn(dear)).isFalse();
    assertThat(filter.takes(new Event("t", dear, "7"))).isFalse();
    assertThat(filter.tooMuch()).isEqualTo(1);
  }

  @Test
  void aLongEventIsNotTooMuchForAnHonestExpression() {
    var regex = new Regex(Pattern.compile("\"state\":\"(paid|sent)\".*DHL|UPS", Pattern.DOTALL));
    String longest = "{\"state\":\"paid\"}" + " ".repeat(1 << 20);

    assertThat(regex.isIn(longest)).isFalse();
    assertThat(regex.isIn(longest + "UPS")).isTrue();
  }
}
