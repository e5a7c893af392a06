package io.heliograph.server.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.heliograph.server.PlainJson;
import io.heliograph.server.PlainStream;
import io.heliograph.server.RawAnswer;
import io.heliograph.server.TestServer;
import io.heliograph.server.TestTokens;
import io.heliograph.server.Warnings;
import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import io.heliograph.server.request.Problem;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URISyntaxException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Whatever bytes come to the socket, the server answers what is HTTP and no fault of its own, or
 * closes; others get their events meanwhile, nothing stays behind, and the log holds no warning
 * that a stranger could fill a disk with. Without JAZZER_FUZZ=1 only the inputs beside this class
 * are tried.
 *
 * <p>An input that starts with {@code 1} goes to a server with authentication, any other to one
 * without; {@code @T} stands for a token that may do everything.
 */
@Isolated
class RequestFuzzTest {

  private static final int INPUTS_PER_CHECK = 50;
  private static final int INPUTS_PER_COUNT = 5_000;
  private static final long MOST_GROWTH_BYTES = 96 << 20;
  private static final int MOST_NEW_THREADS = 8;
  private static final UserId CANARY = new UserId("canary-5e1f0d");
  private static final String TOKEN = TestTokens.of("root", TestTokens.ALL);

  private static final Set<String> HEADERS =
      Set.of(
          "allow",
          "cache-control",
          "connection",
          "content-encoding",
          "content-length",
          "content-location",
          "content-type",
          "date",
          "etag",
          "heliograph-cursor",
          "retry-after",
          "sse-heartbeat-interval",
          "transfer-encoding",
          "vary",
          "www-authenticate",
          "content-security-policy",
          "x-accel-buffering",
          "x-content-type-options",
          "x-request-id");

  private static final Map<String, String> SHORT_TIMES =
      Map.of(
          "server.head-timeout", "2s",
          "server.request-timeout", "4s",
          "server.idle-timeout", "2s",
          "log.total-bytes", "4MiB");

  private static final Warnings WARNINGS = new Warnings();
  private static Target open;
  private static Target closed;
  private static long inputs;
  private static long usedAtFirst;
  private static int threadsAtFirst;

  /** A server and somebody who must not notice anything. */
  private static final class Target {
    final TestServer server;
    final PlainStream canary;
    private long marks;

    Target(Map<String, String> settings, String... headers) throws IOException {
      server = TestServer.start(settings);
      canary = PlainStream.open(server.port(), "/sse/" + CANARY, headers);
    }

    void canaryLives() throws IOException {
      String mark = "mark " + ++marks;
      server.heliograph().hub().publish(CANARY, Event.of("mark", mark));
      while (!canary.next().data().equals(mark)) {
        // What the inputs sent to everybody.
      }
    }

    void nothingStaysBehind() {
      await()
          .pollInterval(Duration.ofMillis(2))
          .atMost(Duration.ofSeconds(10))
          .until(() -> server.heliograph().hub().connections().count() == 1);
      await()
          .pollInterval(Duration.ofMillis(2))
          .atMost(Duration.ofSeconds(10))
          // Its own connection is one.
          .until(() -> metrics().contains("heliograph_requests_open 1.0\n"));
    }

    private String metrics() {
      return server
          .send(
              HttpRequest.newBuilder(server.uri("/metrics"))
                  .header("Authorization", "Bearer " + TOKEN))
          .body();
    }

    void close() throws IOException {
      canary.close();
      server.close();
    }
  }

  @BeforeAll
  static void start() throws IOException {
    Logger.getLogger("io.heliograph.server.streams").setLevel(Level.OFF);
    open = new Target(SHORT_TIMES);
    closed = new Target(TestTokens.settings(SHORT_TIMES), "Authorization: Bearer " + TOKEN);
    WARNINGS.start();
  }

  @AfterAll
  static void stop() throws IOException {
    check();
    WARNINGS.stop();
    Logger.getLogger("io.heliograph.server.streams").setLevel(null);
    open.close();
    closed.close();
  }

  @FuzzTest(maxDuration = "10m")
  void whateverComesIsAnsweredOrClosedAndHurtsNobody(byte[] input) throws IOException {
    Target target = input.length > 0 && input[0] == '1' ? closed : open;
    byte[] request =
        new String(input, 0, input.length, ISO_8859_1)
            .replaceFirst("^[01]", "")
            .replace("@T", TOKEN)
            .getBytes(ISO_8859_1);

    byte[] answered = exchange(target, request);

    assertThat(WARNINGS.taken()).isEmpty();
    isAnswer(request, answered);
    inputs++;
    if (inputs % INPUTS_PER_CHECK == 0) {
      check();
    }
    if (inputs % INPUTS_PER_COUNT == 0) {
      count();
    }
  }

  @Test
  void everyRouteHasAnInputForEitherServer() throws IOException, URISyntaxException {
    var url =
        Objects.requireNonNull(
            getClass()
                .getResource(
                    "RequestFuzzTestInputs/whateverComesIsAnsweredOrClosedAndHurtsNobody"));
    var lines = new ArrayList<String>();
    try (Stream<Path> files = Files.list(Path.of(url.toURI()))) {
      for (Path file : files.toList()) {
        lines.add(Files.readString(file, ISO_8859_1).lines().findFirst().orElse(""));
      }
    }
    for (Routes.Route route : TestRoutes.table()) {
      String line =
          route.method().text()
              + " "
              + route.path().replaceAll("\\{[^}]*}", "[^/? ]+")
              + "(\\?[^ ]*)? HTTP/1\\.1";
      assertThat(lines).as(line).anyMatch(text -> text.matches("0" + line));
      assertThat(lines).as(line).anyMatch(text -> text.matches("1" + line));
    }
  }

  private static void check() throws IOException {
    open.canaryLives();
    closed.canaryLives();
    open.nothingStaysBehind();
    closed.nothingStaysBehind();
  }

  private static void count() {
    System.gc();
    long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    int threads = ManagementFactory.getThreadMXBean().getThreadCount();
    if (usedAtFirst == 0) {
      usedAtFirst = used;
      threadsAtFirst = threads;
    }
    assertThat(used).isLessThan(usedAtFirst + MOST_GROWTH_BYTES);
    assertThat(threads).isLessThanOrEqualTo(threadsAtFirst + MOST_NEW_THREADS);
  }

  /** Sends all, says that it was all, and reads to the end of the connection. */
  private static byte[] exchange(Target target, byte[] request) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), target.server.port()), 5_000);
      socket.setSoTimeout(10_000);
      socket.setTcpNoDelay(true);
      try {
        socket.getOutputStream().write(request);
        socket.shutdownOutput();
      } catch (IOException e) {
        // Closed in the middle: what was answered may still be there.
      }
      return readAll(socket.getInputStream());
    }
  }

  private static byte[] readAll(InputStream in) {
    var all = new ByteArrayOutputStream();
    var buffer = new byte[8192];
    try {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        all.write(buffer, 0, n);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("neither answered nor closed: " + all, e);
    } catch (IOException e) {
      // Reset: closed with bytes unread. What came before counts.
    }
    return all.toByteArray();
  }

  private static void isAnswer(byte[] request, byte[] answered) throws IOException {
    String asked = new String(request, ISO_8859_1).toLowerCase(Locale.ROOT);
    if (asked.contains("http/2") || asked.contains("h2c")) {
      return; // Another protocol's frames.
    }
    if (asked.contains("head ")) {
      // Which of the answers has no body is not known here.
      assertThat(new String(answered, ISO_8859_1)).doesNotContainPattern("HTTP/1.1 50[024]");
      return;
    }
    var in = new BufferedInputStream(new ByteArrayInputStream(answered));
    while (true) {
      Optional<RawAnswer> next;
      try {
        next = RawAnswer.read(in, false);
      } catch (AssertionError e) {
        if (String.valueOf(e.getMessage()).contains("ends within")) {
          return; // Reset in the middle of an answer.
        }
        throw e;
      }
      if (next.isEmpty()) {
        return;
      }
      RawAnswer answer = next.get();
      assertThat(HEADERS).containsAll(answer.headers().keySet());
      if (answer.status() >= 400 && answer.complete()) {
        isProblem(answer);
      }
      if (answer.status() == 101) {
        return;
      }
    }
  }

  private static void isProblem(RawAnswer answer) {
    if (answer.status() == 503 && answer.body().contains("\"status\":\"DRAINING\"")) {
      throw new AssertionError("a stranger has stopped the server");
    }
    var problem = (Map<?, ?>) PlainJson.read(answer.body());
    Problem found =
        Arrays.stream(Problem.values())
            .filter(each -> each.type().equals(problem.get("type")))
            .findFirst()
            .orElseThrow(() -> new AssertionError("no problem: " + answer));
    assertThat(found.status()).isEqualTo(answer.status());
    assertThat(answer.headers().get("content-type")).isEqualTo("application/problem+json");
    assertThat(found).isNotEqualTo(Problem.INTERNAL_ERROR);
  }
}
