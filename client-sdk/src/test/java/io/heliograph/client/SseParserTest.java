package io.heliograph.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.SseParser.Dropped;
import io.heliograph.client.SseParser.Reason;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SseParserTest {
  private static final Path VECTORS = Path.of("..", "docs", "protocol", "vectors");

  /** In the lines of {@code docs/protocol/vectors/README.md}. */
  private static final class Lines implements SseParser.Handler {
    final List<String> lines = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    final List<Dropped> dropped = new ArrayList<>();
    private String id = "";

    @Override
    public void onEvent(Event event) {
      events.add(event);
      say("event", event.type());
      if (!event.lastEventId().isEmpty() || !id.isEmpty()) {
        say("id", event.lastEventId());
      }
      id = event.lastEventId();
      for (String line : event.data().split("\n", -1)) {
        say("data", line);
      }
    }

    @Override
    public void onComment(String text) {
      say("comment", text);
    }

    @Override
    public void onRetry(Duration delay) {
      say("retry", "" + delay.toMillis());
    }

    @Override
    public void onLastEventId(String lastEventId) {
      id = lastEventId;
      say("position", lastEventId);
    }

    @Override
    public void onDropped(Dropped line) {
      dropped.add(line);
    }

    private void say(String word, String value) {
      lines.add(value.isEmpty() ? word : word + " " + value);
    }
  }

  private static Lines parse(byte[] bytes, int pieces) throws ProtocolException {
    var lines = new Lines();
    var parser = new SseParser(lines);
    for (int from = 0; from < bytes.length; from += pieces) {
      parser.feed(bytes, from, Math.min(pieces, bytes.length - from));
    }
    return lines;
  }

  private static Lines parse(String text) throws ProtocolException {
    return parse(text.getBytes(UTF_8), 1 << 20);
  }

  static Stream<Path> vectors() throws IOException {
    try (Stream<Path> files = Files.list(VECTORS)) {
      return files.filter(f -> f.toString().endsWith(".sse")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsTheGoldenVectors(Path vector) throws IOException {
    String expected = Files.readString(Path.of(vector.toString().replace(".sse", ".expected")));

    for (int pieces : new int[] {1 << 20, 1, 2, 3}) {
      var read = parse(Files.readAllBytes(vector), pieces);

      assertThat(String.join("\n", read.lines) + "\n").isEqualTo(expected);
      assertThat(read.dropped).isEmpty();
    }
  }

  static Stream<ConformanceCase> streams() {
    return ConformanceCase.all().stream()
        .filter(c -> c.expectOpen() && c.redirectTo().isEmpty())
        .filter(c -> c.expectRequestHeader().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("streams")
  void readsTheConformanceCases(ConformanceCase c) throws IOException {
    for (int pieces : new int[] {1 << 20, 1, 2, 3}) {
      assertThat(parse(c.body().toByteArray(), pieces).events).isEqualTo(c.expected());
    }
  }

  @Test
  void tellsWhatTheStandardDropsAndWhere() throws Exception {
    var read =
        parse(
            """
            data: a
            {"error":"quota"}
            id: 1\0
            retry: soon
            retry:

            Data: b
            data : c
            event: t

            :comment
            data: d

            """);

    assertThat(read.dropped)
        .containsExactly(
            new Dropped(2, Reason.UNKNOWN_FIELD, "{\"error\":\"quota\"}"),
            new Dropped(3, Reason.BAD_ID, "id: 1\0"),
            new Dropped(4, Reason.BAD_RETRY, "retry: soon"),
            new Dropped(5, Reason.BAD_RETRY, "retry:"),
            new Dropped(7, Reason.UNKNOWN_FIELD, "Data: b"),
            new Dropped(8, Reason.UNKNOWN_FIELD, "data : c"),
            new Dropped(10, Reason.NO_DATA, "t"));
    assertThat(read.events)
        .containsExactly(new Event("message", "a", ""), new Event("message", "d", ""));
  }

  @Test
  void anEventInheritsTheIdOfTheConnectionBefore() throws Exception {
    var lines = new Lines();

    new SseParser(lines, "7", 100).feed("data: a\n\nid\ndata: b\n\n".getBytes(UTF_8));

    assertThat(lines.events)
        .containsExactly(new Event("message", "a", "7"), new Event("message", "b", ""));
  }

  @Test
  void knowsWhetherAnEventIsUnderWay() throws Exception {
    var parser = new SseParser(event -> {});
    assertThat(parser.isInsideEvent()).isFalse();
    parser.feed("data: a".getBytes(UTF_8));
    assertThat(parser.isInsideEvent()).isTrue();
    parser.feed("\n".getBytes(UTF_8));
    assertThat(parser.isInsideEvent()).isTrue();
    parser.feed("\n:c\n".getBytes(UTF_8));
    assertThat(parser.isInsideEvent()).isFalse();
    assertThat(parser.lines()).isEqualTo(3);
  }

  @Test
  void aLastLineThatIsNoFieldIsToldAtTheEnd() throws Exception {
    var read = new Lines();
    var parser = new SseParser(read);
    parser.feed("data: a\n\n{\"error\":1}".getBytes(UTF_8));

    assertThat(read.dropped).isEmpty();
    assertThat(parser.end()).isTrue();
    assertThat(read.dropped).containsExactly(new Dropped(3, Reason.UNKNOWN_FIELD, "{\"error\":1}"));
  }

  @Test
  void refusesWhatIsTooLargeAndWhatIsNoPartOfAnArray() {
    var parser = new SseParser(event -> {}, "", 20);

    assertThatThrownBy(() -> parser.feed("data: 0123456789abcdef".getBytes(UTF_8)))
        .isInstanceOf(ProtocolException.class)
        .hasMessageContaining("larger than 20 bytes");
    assertThatThrownBy(() -> parser.feed(new byte[3], 2, 2))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> new SseParser(event -> {}, "", 0))
        .hasMessageContaining("allowed: 1 or more");
  }
}
