package io.heliograph.client.internal.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.ConformanceCase;
import io.heliograph.client.Event;
import io.heliograph.client.SseParser;
import io.heliograph.client.internal.http.StreamRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.ResponseBody;
import okhttp3.sse.EventSource;
import okhttp3.sse.EventSourceListener;
import okhttp3.sse.EventSources;
import okio.ByteString;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventStreamSourceTest {
  private static final MediaType EVENT_STREAM = MediaType.get("text/event-stream");
  private static final int ALL = Integer.MAX_VALUE;
  private static final Path VECTORS = Path.of("..", "docs", "protocol", "vectors");

  static Stream<Path> vectors() throws IOException {
    try (Stream<Path> files = Files.list(VECTORS)) {
      return files.filter(f -> f.toString().endsWith(".sse")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("vectors")
  void readsTheGoldenVectors(Path vector) throws IOException {
    var bytes = ByteString.of(Files.readAllBytes(vector));
    String expected = Files.readString(Path.of(vector.toString().replace(".sse", ".expected")));

    for (int pieces : new int[] {ALL, 1, 2, 3}) {
      var reading = Reading.of(bytes, pieces, 1 << 20);

      assertThat(String.join("\n", reading.lines()) + "\n").isEqualTo(expected);
      assertThat(reading.truncated()).isFalse();
    }
  }

  @Test
  void theVectorsAreThere() throws IOException {
    assertThat(vectors()).hasSizeGreaterThan(15);
  }

  static Stream<ConformanceCase> streams() {
    return ConformanceCase.all().stream()
        .filter(c -> c.expectOpen() && c.redirectTo().isEmpty())
        .filter(c -> c.expectRequestHeader().isEmpty());
  }

  @ParameterizedTest
  @MethodSource("streams")
  void readsTheConformanceCases(ConformanceCase c) throws IOException {
    var expected = new ArrayList<String>();
    String id = "";
    for (Event event : c.expected()) {
      expected.add("event " + event.type());
      if (!event.lastEventId().equals(id)) {
        id = event.lastEventId();
        expected.add(id.isEmpty() ? "id" : "id " + id);
      }
      for (String line : event.data().split("\n", -1)) {
        expected.add(line.isEmpty() ? "data" : "data " + line);
      }
    }
    for (int pieces : new int[] {ALL, 1, 2, 3}) {
      assertThat(Reading.of(c.body(), pieces, 1 << 20).events()).isEqualTo(expected);
    }
  }

  @Test
  void theSideHearsThingsInOrderWithTheEvents() throws IOException {
    var bytes =
        ByteString.encodeUtf8(
            ":a\ndata: 1\n:b\nid: x\n\n:c\nid: y\n\nretry: 5\nevent: t\ndata: 2\n\nid\n\n:d");

    assertThat(Reading.of(bytes, ALL, 1000).lines())
        .containsExactly(
            "comment a",
            "comment b",
            "event message",
            "id x",
            "data 1",
            "comment c",
            "position y",
            "retry 5",
            "event t",
            "id y",
            "data 2",
            "position");
  }

  @ParameterizedTest
  @CsvSource({
    "'data: a\n\n', false",
    "'data: a\n', true",
    "'data: a', true",
    "'data: a\n\ni', true",
    "'id: 1\n', true",
    "'event: x\n', true",
    "'data: a\n\n:c\n', false",
    "'data: a\n\n:c', false",
    "'data: a\n:c', true",
    "'', false",
  })
  void knowsWhetherTheStreamEndedInsideABlock(String body, boolean truncated) throws IOException {
    assertThat(Reading.of(ByteString.encodeUtf8(body), ALL, 1000).truncated()).isEqualTo(truncated);
  }

  @Test
  void tellsTheLinesThatAreNoFieldOfAStream() throws IOException {
    String error = "{\"error\": \"quota\"}";
    var bytes =
        ByteString.encodeUtf8(
            error
                + "\n:comment\ndata: 1\nretry: soon\nretry: 5\nid: a\0b\nDATA: 2\nevent\nid\n\n"
                + "x".repeat(600)
                + "\n\nFatal error");

    for (int pieces : new int[] {ALL, 1}) {
      var reading = Reading.of(bytes, pieces, 1000);

      assertThat(reading.dropped())
          .containsExactly(
              error, "retry: soon", "id: a\0b", "DATA: 2", "x".repeat(512), "Fatal error");
    }
  }

  /** A field that was cut off is a truncated event, and no word of the server. */
  @ParameterizedTest
  @ValueSource(strings = {"da", "data", "data: 1", "id", "event:", "retry: 5", ":", ": heart", ""})
  void aFieldThatIsCutOffIsNotDropped(String last) throws IOException {
    var reading = Reading.of(ByteString.encodeUtf8("data: 0\n\n" + last), ALL, 1000);

    assertThat(reading.dropped()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"'data: ', 2000", "':', 2000", "'id: ', 2000", "'x', 2000", "'data: 1\n', 300"})
  void refusesWhatDoesNotEnd(String repeated, int times) {
    var bytes = ByteString.encodeUtf8(repeated.repeat(times));

    for (int pieces : new int[] {ALL, 1}) {
      assertThatThrownBy(() -> Reading.of(bytes, pieces, 1000))
          .isInstanceOf(StreamRefusedException.class)
          .hasMessageContaining("larger than 1000 bytes");
    }
  }

  /** However it is cut. */
  @ParameterizedTest
  @ValueSource(strings = {":", "x", "retry"})
  void refusesALineOfAnyKindThatIsTooLong(String start) throws IOException {
    for (int pieces : new int[] {ALL, 1}) {
      String most = start + "x".repeat(1000 - start.length());
      Reading.of(ByteString.encodeUtf8(most + "\n"), pieces, 1000);

      assertThatThrownBy(() -> Reading.of(ByteString.encodeUtf8(most + "x\n"), pieces, 1000))
          .hasMessageContaining("larger than 1000 bytes");
    }
  }

  @ParameterizedTest
  @CsvSource({"'data\n', 200", "'data:x\n', 142", "'data: 123\n', 100", "'event:abc\n', 100"})
  void countsTheBytesOfAnEventAsTheyCome(String line, int times) throws IOException {
    for (int pieces : new int[] {ALL, 1}) {
      var most = ByteString.encodeUtf8(line.repeat(times) + "\n");
      assertThat(Reading.of(most, pieces, 1000).truncated()).isFalse();

      var more = ByteString.encodeUtf8(line.repeat(times + 1) + "\n");
      assertThatThrownBy(() -> Reading.of(more, pieces, 1000))
          .hasMessageContaining("larger than 1000 bytes");
    }
    var many = ByteString.encodeUtf8((line.repeat(times) + "\n").repeat(3));
    Reading.of(many, ALL, 1000); // Each event anew.
  }

  @Test
  void aStreamOfCommentsWithoutEmptyLinesMayGoOnForEver() throws IOException {
    var bytes = ByteString.encodeUtf8(":heartbeat\n".repeat(10_000));

    assertThat(Reading.of(bytes, ALL, 1000).lines()).hasSize(10_000);
  }

  /** Also where an LF never comes: an earlier reader looked for it through all that was there. */
  @Test
  void takesTimeInProportionToTheBytes() throws IOException {
    var bytes = ByteString.encodeUtf8("data: x\r\r".repeat(300_000));

    long start = System.nanoTime();
    var lines = Reading.of(bytes, ALL, 1000).lines();

    assertThat(lines).hasSize(600_000);
    // It takes 0.4 s of a processor. In proportion to the square it would be minutes.
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
  }

  @Test
  void whateverComesCutsDoNotMatterAndNoCarriageReturnGetsThrough() throws IOException {
    List<String> words =
        List.of(
            "\r",
            "\n",
            "\r\n",
            ":",
            " ",
            "data",
            "data: ",
            "id:",
            "event: ",
            "retry: 1",
            "x",
            "\0",
            "\uFEFF",
            "é",
            "\u2028",
            "\n\n");
    for (int seed = 0; seed < 2000; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder();
      for (int i = 0; i < 40; i++) {
        text.append(words.get(random.nextInt(words.size())));
      }
      var bytes = ByteString.encodeUtf8(text.toString());

      var whole = Reading.of(bytes, ALL, 10_000).lines();

      assertThat(Reading.of(bytes, 1, 10_000).lines()).as("seed %s", seed).isEqualTo(whole);
      assertThat(Reading.of(bytes, 1 + seed % 7, 10_000).lines())
          .as("seed %s", seed)
          .isEqualTo(whole);
    }
  }

  /**
   * What okhttp-sse makes of the bytes that it gets is what the standard makes of the original:
   * blocks that go by as they are, blocks that are written anew, and every change between the two.
   */
  @Test
  void okHttpReadsWhatTheStandardReads() throws IOException {
    List<String> words =
        List.of(
            "data: x\n\n",
            "data:x\n\n",
            "id: 1\ndata: a\n\n",
            "id: 2\nevent: t\ndata: b\n\n",
            "event:t\ndata: b\ndata: c\n\n",
            "id:3\nid: 4\ndata\n\n",
            "id\ndata: n\n\n",
            "id:\ndata: n\n\n",
            "id: 5\n\n",
            "id: 6\0\ndata: n\n\n",
            "event: gone\n\n",
            "event:\ndata: m\n\n",
            "data:  two\n\n",
            "data: \u00e9\u20ac\n\n",
            ":c\n\n",
            "retry: 7\n\n",
            "data: crlf\r\n\r\n",
            "data: cr\r\r",
            "\n",
            "id: 8\n",
            "data: " + "y".repeat(5000) + "\n\n",
            "dat",
            "{\"error\":1}\n\n");
    for (int seed = 0; seed < 1000; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder(seed % 3 == 0 ? "" : ":first\n");
      for (int i = 0; i < 30; i++) {
        text.append(words.get(random.nextInt(words.size())));
      }
      var bytes = ByteString.encodeUtf8(text.toString());
      var expected = new ArrayList<Event>();
      new SseParser(expected::add).feed(bytes.toByteArray());

      for (int pieces : new int[] {ALL, 1 + seed % 50}) {
        var source = Reading.source(bytes, pieces, 1 << 20, new Reading());
        assertThat(OkHttpReader.events(source)).as("seed %s", seed).isEqualTo(expected);
      }
    }
  }

  private static final class OkHttpReader extends EventSourceListener {
    private final List<Event> events = new ArrayList<>();

    static List<Event> events(EventStreamSource source) throws IOException {
      var reader = new OkHttpReader();
      while (source.await()) {
        EventSources.processResponse(
            new Response.Builder()
                .request(new Request.Builder().url("http://localhost/").build())
                .protocol(Protocol.HTTP_1_1)
                .code(200)
                .message("OK")
                .body(ResponseBody.create(Okio.buffer(source), EVENT_STREAM, -1))
                .build(),
            reader);
      }
      return reader.events;
    }

    @Override
    public void onEvent(
        EventSource source, @Nullable String id, @Nullable String type, String data) {
      events.add(new Event(type == null ? "message" : type, data, id == null ? "" : id));
    }
  }
}
