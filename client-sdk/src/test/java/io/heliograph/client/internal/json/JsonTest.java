package io.heliograph.client.internal.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
  @Test
  void readsTheScalarsOfAFlatObject() {
    assertThat(
            Json.fields(
                """
                {"log":"user", "lost":3,"none":null,"ok":true, "f":-1.5e+3,
                 "inner":{"log":"x"},"list":[1,"]"], "s":"a\\"\\\\\\n\\u00e9\\/"}\
                """))
        .isEqualTo(
            Map.of(
                "log",
                "user",
                "lost",
                "3",
                "none",
                "null",
                "ok",
                "true",
                "f",
                "-1.5e+3",
                "s",
                "a\"\\\né/"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "[1]",
        "{",
        "{}x",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "nul",
        "{\"a\":\"\\u12\"}",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\"
      })
  void anythingElseHasNoFields(String text) {
    assertThat(Json.fields(text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"1", "-0", "0.5", "1e9", "\"\"", "null", " [ ] ", "[[],{}]", "{\"a\":[1]}"})
  void knowsAValue(String text) {
    assertThat(Json.isValue(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1,\"type\":\"forged\"",
        "01",
        "+1",
        ".5",
        "1.",
        "1e",
        "'a'",
        "[1,]",
        "tru",
        "1 2"
      })
  void knowsWhatIsNone(String text) {
    assertThat(Json.isValue(text)).isFalse();
  }

  @Test
  void nestingIsBounded() {
    assertThat(Json.isValue("[".repeat(100_000) + "]".repeat(100_000))).isFalse();
  }

  @Test
  void quotesSoThatItReadsTheSame() {
    String text = "a\"b\\c\n\r\t\u0001é😀\u2028";

    assertThat(Json.fields("{\"x\":" + Json.quote(text) + "}")).isEqualTo(Map.of("x", text));
  }
}
