package io.heliograph.cli.tail;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.cli.shell.Paint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class TailTextTest {
  private static final Clock DAY =
      Clock.fixed(Instant.ofEpochMilli(1795388211901L), ZoneOffset.UTC);

  private static final List<String[]> WIRE =
      List.of(
          of("event", "'alice','id':'9f-1','type':'order.shipped','data':'{\\'n\\':1}'"),
          of("connect", "'carol','id':'c-1','data':{'remote':'10.2.0.9:51612','agent':'okhttp'}"),
          of("event", "null,'id':'9f-1','type':'notice','data':'to\\nall'"),
          of("close", "'bob','id':'c-2','data':{'reason':'client-left','events':41}"),
          of("gap", "'dave','id':'c-3','data':{'log':'user','reason':'expired','lost':12}"),
          of("gap", "'dave','id':'c-3','data':{'log':'user','reason':'epoch','lost':null}"),
          of("event", "'erin','id':null,'type':'typing'"));

  @Test
  void theLinesAreAsWritten() throws IOException {
    String plain = golden("tail.txt");

    assertThat(lines(Paint.OFF)).isEqualTo(plain);
    assertThat(plain.lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void theLinesInColourAreAsWritten() throws IOException {
    assertThat(lines(Paint.ON)).isEqualTo(golden("tail-color.txt"));
  }

  @Test
  void colourChangesNoText() {
    assertThat(lines(Paint.ON).replaceAll("\033\\[\\d+m", "").replaceAll(" +\n", "\n"))
        .isEqualTo(lines(Paint.OFF));
  }

  @Test
  void longDataIsCutAtTheEdgeOfTheTerminal() throws IOException {
    var text = new TailText(Paint.ON, DAY, true, 80, "…");
    TailRecord line =
        TailRecord.of(
            "event",
            "{\"user\":\"ann\",\"type\":\"t\",\"data\":\""
                + "0123456789".repeat(20)
                + "\\nshort\"}");

    List<String> rows = text.line(line).replaceAll("\033\\[\\d+m", "").lines().toList();

    assertThat(rows).hasSize(2);
    assertThat(rows.getFirst()).hasSize(80).endsWith("…");
    assertThat(rows.getLast()).endsWith("| short");
  }

  @Test
  void aTerminalDoesNotGetTheOrdersOfAPublisher() throws IOException {
    var text = new TailText(Paint.OFF, DAY, true, 0, "");
    TailRecord line = TailRecord.of("event", "{\"user\":\"a\\u001b[2J\",\"data\":\"\\u0007\"}");

    assertThat(text.line(line)).doesNotContain("\033", "\007").contains("a\\u001b[2J", "\\u0007");
  }

  @Test
  void inJsonTheOneIsToldFromTheOther() throws IOException {
    List<String> json = new ArrayList<>();
    for (String[] wire : WIRE) {
      json.add(TailRecord.of(wire[0], wire[1]).json());
    }

    assertThat(String.join("\n", json) + "\n").isEqualTo(golden("tail.json"));
  }

  private static String lines(Paint paint) {
    var text = new TailText(paint, DAY, false, 0, "");
    var lines = new StringBuilder();
    for (String[] wire : WIRE) {
      try {
        lines.append(text.line(TailRecord.of(wire[0], wire[1]))).append('\n');
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }
    return lines.toString();
  }

  private static String[] of(String kind, String fields) {
    String json = "{'user':" + fields + ",'time':1795388211901,'later':[1]}";
    return new String[] {kind, json.replace("\\'", "\\\"").replace('\'', '"').replace("\n", "\\n")};
  }

  private static String golden(String name) throws IOException {
    try (var golden = TailTextTest.class.getResourceAsStream(name)) {
      return new String(
          Objects.requireNonNull(golden, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
