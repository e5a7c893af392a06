package io.heliograph.server.publish;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.server.PlainJson;
import io.heliograph.server.PlainStream;
import io.heliograph.server.RawAnswer;
import io.heliograph.server.TestServer;
import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/**
 * Whatever is published arrives with exactly the type and the data that were sent, and nothing else
 * arrives; or it is refused with a problem. Without JAZZER_FUZZ=1 only the inputs beside this class
 * are tried.
 *
 * <p>The first letter of an input says how the rest is sent: {@code j} as JSON to alice, {@code t}
 * as text (its first line is the type), {@code b} and {@code c} the same to everybody, {@code a} as
 * an array, {@code n} as lines.
 */
class PublishFuzzTest {

  private static final UserId ALICE = new UserId("alice");
  private static final int MAX_DATA_BYTES = 300;

  private static TestServer server;
  private static PlainStream canary;
  private static @Nullable Publisher publisher;
  private static long marks;

  /** An event that must, or may if it has a ttl, arrive. */
  private record Sent(String type, Object data, boolean mayBeSpared) {}

  @BeforeAll
  static void start() throws IOException {
    server = TestServer.start(Map.of("limits.event-bytes", MAX_DATA_BYTES + "B"));
    canary = PlainStream.open(server.port(), "/sse/alice");
    while (!canary.next().type().equals("stream.live")) {}
  }

  @AfterAll
  static void stop() throws IOException {
    if (publisher != null) {
      publisher.close();
    }
    canary.close();
    server.close();
  }

  @FuzzTest(maxDuration = "10m")
  void whatWasSentArrivesOrIsRefused(byte[] input) throws IOException {
    char kind = input.length == 0 ? 'j' : (char) input[0];
    byte[] rest = input.length == 0 ? input : Arrays.copyOfRange(input, 1, input.length);

    List<Sent> sent =
        switch (kind) {
          case 't' -> text("/v1/users/alice/events", rest);
          case 'c' -> text("/v1/broadcast", rest);
          case 'b' -> json("/v1/broadcast", rest);
          case 'a' -> array(rest);
          case 'n' -> lines(rest);
          default -> json("/v1/users/alice/events", rest);
        };

    List<PlainStream.Block> arrived = arrivedUntilNow();
    for (Sent each : sent) {
      Optional<PlainStream.Block> found =
          arrived.stream().filter(block -> isThis(each, block)).findFirst();
      assertThat(found.isPresent() || each.mayBeSpared()).as("%s in %s", each, arrived).isTrue();
      found.ifPresent(arrived::remove);
    }
    assertThat(arrived).as("what nobody sent").isEmpty();
  }

  private static List<Sent> text(String path, byte[] input) throws IOException {
    int end = 0;
    while (end < input.length && input[end] != '\n') {
      end++;
    }
    byte[] type = Arrays.copyOf(input, end);
    byte[] data = Arrays.copyOfRange(input, Math.min(end + 1, input.length), input.length);
    var query = new StringBuilder();
    for (byte b : type) {
      query.append("%%%02X".formatted(b));
    }
    String target = path + (type.length == 0 ? "" : "?type=" + query);
    if (!isAccepted(publish(target, "text/plain", data), 202)) {
      return List.of();
    }
    return List.of(sent(type.length == 0 ? "message" : decode(type), decode(data), false));
  }

  private static List<Sent> json(String path, byte[] body) throws IOException {
    return isAccepted(publish(path, "application/json", body), 202)
        ? List.of(sent(object(PlainJson.read(decode(body)))))
        : List.of();
  }

  private static List<Sent> array(byte[] body) throws IOException {
    RawAnswer answer = publish("/v1/events", "application/json", body);
    if (!isAccepted(answer, 200)) {
      return List.of();
    }
    var items = (List<?>) PlainJson.read(decode(body));
    var results =
        (List<?>) Objects.requireNonNull(object(PlainJson.read(answer.body())).get("results"));
    return accepted(items, results);
  }

  private static List<Sent> lines(byte[] body) throws IOException {
    RawAnswer answer = publish("/v1/events", "application/x-ndjson", body);
    if (!isAccepted(answer, 200)) {
      return List.of();
    }
    List<byte[]> lines =
        split(body).stream()
            .filter(line -> !new String(line, ISO_8859_1).matches("[ \\t\\r]*"))
            .toList();
    List<Object> results = answer.body().lines().map(PlainJson::read).collect(Collectors.toList());
    assertThat(results).hasSameSizeAs(lines);
    var items = new ArrayList<Object>();
    for (int i = 0; i < lines.size(); i++) {
      boolean good = new PlainJson.Num("202").equals(object(results.get(i)).get("status"));
      items.add(good ? PlainJson.read(decode(lines.get(i))) : "refused");
    }
    return accepted(items, results);
  }

  /** Of the items that got a 202 those that alice gets. */
  private static List<Sent> accepted(List<?> items, List<?> results) {
    assertThat(results).hasSameSizeAs(items);
    var sent = new ArrayList<Sent>();
    for (int i = 0; i < items.size(); i++) {
      Map<String, Object> result = object(Objects.requireNonNull(results.get(i)));
      String status = ((PlainJson.Num) Objects.requireNonNull(result.get("status"))).text();
      if (!status.equals("202")) {
        assertThat(status).isIn("400", "413");
        assertThat((String) result.get("type")).startsWith("urn:heliograph:problem:");
        continue;
      }
      Map<String, Object> item = object(Objects.requireNonNull(items.get(i)));
      boolean toAll = new PlainJson.Word("true").equals(item.get("broadcast"));
      boolean toAlice = item.get("users") instanceof Collection<?> users && users.contains("alice");
      assertThat(toAll && item.containsKey("users")).isFalse();
      Sent event = sent(item);
      if (toAll || toAlice) {
        sent.add(event);
      }
    }
    return sent;
  }

  private static Sent sent(Map<String, Object> event) {
    assertThat(event.keySet())
        .isSubsetOf("type", "data", "ttl", "ephemeral", "users", "broadcast")
        .contains("data");
    return sent(
        (String) event.getOrDefault("type", "message"),
        Objects.requireNonNull(event.get("data")),
        event.containsKey("ttl"));
  }

  private static Sent sent(String type, Object data, boolean mayBeSpared) {
    assertThat(type).isNotEmpty().doesNotContain("\n", "\r", "\0").doesNotStartWith("stream.");
    assertThat(type.getBytes(UTF_8).length).isLessThanOrEqualTo(128);
    if (data instanceof String text) {
      assertThat(text.getBytes(UTF_8).length).isLessThanOrEqualTo(MAX_DATA_BYTES);
    }
    return new Sent(type, data, mayBeSpared);
  }

  private static boolean isThis(Sent sent, PlainStream.Block block) {
    if (!block.type().equals(sent.type())) {
      return false;
    }
    if (sent.data() instanceof String text) {
      return block.data().equals(text.replace("\r\n", "\n").replace('\r', '\n'));
    }
    try {
      return PlainJson.read(block.data()).equals(sent.data()) && !block.data().contains("\n");
    } catch (PlainJson.NoJson e) {
      return false;
    }
  }

  /** What alice's stream holds up to here, and nothing in it that is not as it must be. */
  private static List<PlainStream.Block> arrivedUntilNow() throws IOException {
    String mark = "mark " + ++marks;
    server.heliograph().hub().publish(ALICE, Event.of("fuzz-mark", mark));
    server.heliograph().hub().broadcast(Event.of("fuzz-mark", mark));
    var arrived = new ArrayList<PlainStream.Block>();
    int seen = 0;
    while (seen < 2) {
      PlainStream.Block block = canary.next();
      isWellFormed(block);
      if (block.type().equals("fuzz-mark") && block.data().equals(mark)) {
        seen++;
      } else if (block.isEvent()) {
        arrived.add(block);
      }
    }
    return arrived;
  }

  private static void isWellFormed(PlainStream.Block block) {
    assertThat(block.type()).doesNotStartWith("stream.");
    String names =
        block.fields().stream().map(PlainStream.Field::name).collect(Collectors.joining(" "));
    // An event, and the heartbeats before it.
    assertThat(names).matches(" *id (event )?data( data)*");
    for (PlainStream.Field field : block.fields()) {
      if (field.name().equals("id")) {
        assertThat(Cursor.parse(field.value(), ALICE, 2)).isPresent();
      }
    }
  }

  private static boolean isAccepted(RawAnswer answer, int accepted) {
    assertThat(answer.complete()).isTrue();
    if (answer.status() == accepted) {
      return true;
    }
    assertThat(answer.status()).as(answer.body()).isIn(400, 413);
    var problem = object(PlainJson.read(answer.body()));
    assertThat(answer.headers().get("content-type")).isEqualTo("application/problem+json");
    assertThat((String) problem.get("type")).startsWith("urn:heliograph:problem:");
    return false;
  }

  @SuppressWarnings("unchecked") // PlainJson makes no other maps.
  private static Map<String, Object> object(Object value) {
    return (Map<String, Object>) value;
  }

  /** What was accepted must be UTF-8. */
  private static String decode(byte[] bytes) {
    try {
      return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new AssertionError("accepted, and is no UTF-8", e);
    }
  }

  private static List<byte[]> split(byte[] body) {
    var lines = new ArrayList<byte[]>();
    var line = new ByteArrayOutputStream();
    for (byte b : body) {
      if (b == '\n') {
        lines.add(line.toByteArray());
        line.reset();
      } else {
        line.write(b);
      }
    }
    lines.add(line.toByteArray());
    return lines;
  }

  private static RawAnswer publish(String target, String type, byte[] body) throws IOException {
    Publisher open = publisher;
    if (open == null) {
      open = new Publisher(server.port());
      publisher = open;
    }
    RawAnswer answer = open.publish(target, type, body);
    if ("close".equals(answer.headers().get("connection"))) {
      open.close();
      publisher = null;
    }
    return answer;
  }

  /** One connection for many requests. */
  private static final class Publisher implements AutoCloseable {
    private final Socket socket = new Socket();
    private final InputStream in;

    Publisher(int port) throws IOException {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    }

    RawAnswer publish(String target, String type, byte[] body) throws IOException {
      var request = new ByteArrayOutputStream();
      request.writeBytes(
          "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(target, type, body.length)
              .getBytes(UTF_8));
      request.writeBytes(body);
      socket.getOutputStream().write(request.toByteArray());
      return RawAnswer.read(in, false).orElseThrow(() -> new AssertionError("no answer"));
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
