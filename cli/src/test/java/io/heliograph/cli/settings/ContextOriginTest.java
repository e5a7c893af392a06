package io.heliograph.cli.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose server a URL is of: a context's token goes to no other. */
final class ContextOriginTest {
  @ParameterizedTest
  @CsvSource({
    "http://my_a:8080,  http://my_a:8080/x?f=a|b, true",
    "http://my_a:8080,  http://my_b:8080/x,       false",
    "http://my_a:8080,  http://my_a:8081/x,       false",
    "http://my_a,       https://my_a/x,           false",
    "https://h,         https://H:443/{user},     true",
    "https://h,         https://h.evil/x,         false",
    "http://[::1]:80,   http://[::1]/x,           true"
  })
  void onlySchemeHostAndPortMakeAServer(String server, String url, boolean same) {
    var setting = new Setting("server", List.of(server), Setting.Level.CONTEXT, "here");
    var context = new Context("c", Map.of("server", setting));

    assertThat(context.isFor(url)).isEqualTo(same);
  }
}
