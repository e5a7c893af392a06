package io.heliograph.cli.load.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.cli.json.Json;
import io.heliograph.cli.load.meter.Timing;
import io.heliograph.cli.shell.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class SummaryJsonTest {
  private static final Path SCHEMA = Path.of("../docs/reference/simulate-summary.schema.json");

  @Test
  void whatIsWrittenCanBeReadAgain() throws IOException {
    Summary summary = Summaries.lossy();

    Summary read = SummaryJson.read(SummaryJson.write(summary, true));

    assertThat(SummaryJson.write(read, true)).isEqualTo(SummaryJson.write(summary, true));
    assertThat(read.latency(Timing.DELIVERY_LIVE).getValueAtPercentile(99.99))
        .isEqualTo(summary.latency(Timing.DELIVERY_LIVE).getValueAtPercentile(99.99));
    assertThat(read.timeline()).hasSameSizeAs(summary.timeline());
  }

  @Test
  void itIsOneLineForPrograms() {
    assertThat(SummaryJson.write(Summaries.good(), false)).doesNotContain("\n");
  }

  @Test
  void itKeepsToItsSchema() throws IOException {
    Map<?, ?> schema = object(Files.readString(SCHEMA));
    for (Summary summary : List.of(Summaries.good(), Summaries.lossy(), Summaries.invalid())) {
      assertMatches("$", schema, object(SummaryJson.write(summary, false)));
    }
  }

  @Test
  void theSchemaWouldNoticeAMissingField() throws IOException {
    Map<?, ?> schema = object(Files.readString(SCHEMA));
    Map<?, ?> json = object(SummaryJson.write(Summaries.good(), false));
    json.remove("verdict");

    assertThatThrownBy(() -> assertMatches("$", schema, json)).isInstanceOf(AssertionError.class);
  }

  @Test
  void somethingElseIsRefused() {
    assertThatThrownBy(() -> SummaryJson.read("{\"schema\":\"sse-cli/summary/2\"}"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("sse-cli/summary/2");
    assertThatThrownBy(() -> SummaryJson.read("[]")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> SummaryJson.read("")).isInstanceOf(IOException.class);
  }

  /** A file that was damaged is no fault of this program, and no other figures either. */
  @Test
  void damageIsToldAndNeverShownAsAResult() {
    Summary lossy = Summaries.lossy();
    String good = SummaryJson.write(lossy, false);
    var random = new Random(5);
    for (int i = 0; i < 200; i++) {
      int at = good.indexOf("\"HIST") + 5 + random.nextInt(400);
      if (good.charAt(at) == '"') {
        continue;
      }
      char other = (char) ('A' + random.nextInt(26));
      String damaged = good.substring(0, at) + other + good.substring(at + 1);
      try {
        Summary read = SummaryJson.read(damaged);

        assertThat(read.latency(Timing.DELIVERY_LIVE).getTotalCount())
            .isEqualTo(lossy.latency(Timing.DELIVERY_LIVE).getTotalCount());
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("no summary of a simulation");
      }
    }
    String shorter = good.replaceFirst("(\"planned\":\\[)[0-9.]+,", "$1");
    assertThat(shorter).isNotEqualTo(good);
    assertThatThrownBy(() -> SummaryJson.read(shorter))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'planned' is of another length");
  }

  @ParameterizedTest
  @MethodSource("outcomes")
  void theExitCodeInItIsThatOfTheCommands(Outcome outcome) throws IOException {
    Summary ended = Summaries.good().endedBy(outcome);

    String json = SummaryJson.write(ended, false);

    assertThat(json).endsWith("\"exit\":" + ExitCode.of(outcome).code() + "}");
    assertThat(SummaryJson.read(json).outcome()).isEqualTo(outcome);
  }

  static Stream<Outcome> outcomes() {
    return Stream.of(
        new Outcome.Kept(),
        new Outcome.Failed(),
        new Outcome.Untrusted(),
        new Outcome.Interrupted(2),
        new Outcome.Interrupted(15));
  }

  @Test
  void theSettingsComeBackWithWhatIsCompared() throws IOException {
    Summary good = Summaries.good();

    assertThat(SummaryJson.read(SummaryJson.write(good, true)).settings())
        .isEqualTo(good.settings());
  }

  @Test
  void ofAReportThatDoesNotTellWhatToCompareAllIsCompared() throws IOException {
    String before =
        SummaryJson.write(Summaries.good(), false).replaceFirst("\"compared\":\\[[^]]*],", "");

    assertThat(before).doesNotContain("compared");
    assertThat(SummaryJson.read(before).settings()).allMatch(Setting::comparable);
  }

  @Test
  void aTextThatWritesToTerminalsIsMadePrintable() throws IOException {
    Summary read =
        SummaryJson.read(SummaryJson.write(Summaries.saying("a\033[31mb\u202ec\n"), false));

    assertThat(read.scenario()).isEqualTo("a\\u001b[31mb\\u202ec\\u000a");
    assertThat(read.notes()).containsExactly(read.scenario());
    assertThat(read.setting(read.scenario())).hasValue(read.scenario());
  }

  private static Map<?, ?> object(String json) throws IOException {
    return (Map<?, ?>) Objects.requireNonNull(Json.read(json));
  }

  /** As much of JSON Schema as the file uses. */
  private static void assertMatches(String where, Map<?, ?> schema, @Nullable Object value) {
    if (schema.containsKey("const")) {
      assertThat(value).as(where).isEqualTo(schema.get("const"));
    }
    if (schema.get("enum") instanceof List<?> allowed) {
      assertThat(allowed.contains(value)).as(where + " is " + value).isTrue();
    }
    if (schema.get("type") instanceof String type) {
      assertThat(typeOf(value)).as(where).isIn(type, type.equals("number") ? "integer" : type);
    } else if (schema.get("type") instanceof List<?> types) {
      assertThat(
              types.contains(typeOf(value))
                  || (types.contains("number") && value instanceof Number))
          .as(where + " is " + value)
          .isTrue();
    }
    if (value instanceof Map<?, ?> map) {
      if (schema.get("required") instanceof List<?> required) {
        required.forEach(name -> assertThat(map.containsKey(name)).as(where + "." + name).isTrue());
      }
      Map<?, ?> properties = schema.get("properties") instanceof Map<?, ?> p ? p : Map.of();
      map.forEach(
          (name, part) -> {
            if (properties.get(name) instanceof Map<?, ?> known) {
              assertMatches(where + "." + name, known, part);
            } else if (schema.get("additionalProperties") instanceof Map<?, ?> other) {
              assertMatches(where + "." + name, other, part);
            } else {
              assertThat(schema.get("additionalProperties"))
                  .as(where + "." + name + " is unknown")
                  .isNotEqualTo(false);
            }
          });
    }
    if (value instanceof List<?> list && schema.get("items") instanceof Map<?, ?> items) {
      list.forEach(item -> assertMatches(where + "[]", items, item));
    }
  }

  private static String typeOf(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> map -> "object";
      case List<?> list -> "array";
      case String text -> "string";
      case Boolean bool -> "boolean";
      case Long number -> "integer";
      default -> "number";
    };
  }
}
