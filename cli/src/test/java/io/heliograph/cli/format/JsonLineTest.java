package io.heliograph.cli.format;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.shell.ExitCode;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonLineTest {
  private static final String HEAD =
      "{\"v\":1,\"kind\":\"event\",\"ts\":\"2026-10-03T14:22:07.412Z\",\"user\":\"alice\","
          + "\"id\":\"9f-42\",\"type\":\"t\",";
  private static final String TAIL = ",\"replay\":false,\"conn\":1}";

  @Test
  void structuresAreJsonAsTheyWereWritten() {
    assertThat(line("{\n \"a b\" : [ 1.50, 1e400, \"x \\\" y\" ] }"))
        .isEqualTo(HEAD + "\"json\":{\"a b\":[1.50,1e400,\"x \\\" y\"]}" + TAIL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"17", "true", "null", "\"text\"", "{broken", "{} {}", "", "[1,]"})
  void allElseIsData(String data) {
    assertThat(line(data)).contains(",\"data\":\"").doesNotContain("\"json\":");
  }

  @Test
  void noDataBreaksTheLine() {
    assertThat(line("one\ntwo\r\u0000")).doesNotContain("\n", "\r", "\u0000").contains("one\\ntwo");
  }

  @ParameterizedTest
  @ValueSource(strings = {"text %s", "{\"a\":\"%s\"}"})
  void whatTerminalsObeyIsEscapedAndTheSameJson(String form) {
    String controls = new String(new char[] {0x7f, 0x9b, 0x202e, 0x2066});

    assertThat(line(form.formatted(controls))).contains("\\u007f\\u009b\\u202e\\u2066\"");
  }

  @Test
  void anErrorNamesTheCodeToExitWith() {
    assertThat(JsonLine.error(ExitCode.AUTH, 401, "no", ""))
        .isEqualTo(
            "{\"kind\":\"error\",\"code\":\"auth\",\"exit\":4,\"http\":401,"
                + "\"message\":\"no\",\"hint\":null}");
  }

  private static String line(String data) {
    Instant at = Instant.parse("2026-10-03T14:22:07.412345Z");
    return JsonLine.event(new Shown(at, "alice", "9f-42", "t", data, false, 1));
  }
}
