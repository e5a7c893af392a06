package io.heliograph.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A server with a heap of 512 MiB, a process of its own, and requests that are as large as they may
 * be. Each ends in a clear answer, and meanwhile another publisher and its reader go on: every
 * event of theirs is accepted and arrives.
 */
@Order(1)
@Tag("slow")
class SmallHeapTest {

  private static final Pattern LISTENING = Pattern.compile("http://127\\.0\\.0\\.1:(\\d+)");
  private static final String JSON = "application/json";
  private static final String NDJSON = "application/x-ndjson";
  private static final int MIB = 1 << 20;

  // Generous, for the machine may be busy: what is asserted is that nobody waits for the large
  // requests' end or for a timeout.
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String LARGE = TestTokens.of("large", "publish");
  private static final String OTHER = TestTokens.of("other", "publish subscribe operate");

  private static final HttpClient HTTP = HttpClient.newHttpClient();
  private static final Queue<String> OUTPUT = new ConcurrentLinkedQueue<>();
  private static Process process;
  private static int port;

  private Witness witness;

  @BeforeAll
  static void startServer() throws IOException {
    var command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "--enable-native-access=ALL-UNNAMED",
                "--add-exports=java.base/sun.nio.ch=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                "io.heliograph.server.Main",
                // For a busy machine: what ends here is ended by a bound of memory.
                "--set",
                "server.head-timeout=2m",
                "--set",
                "server.request-timeout=5m",
                "--port=0"));
    TestTokens.settings(Map.of())
        .forEach((name, value) -> command.addAll(List.of("--set", name + "=" + value)));
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var out = new BufferedReader(new InputStreamReader(process.getInputStream(), UTF_8));
    while (port == 0) {
      String line = String.valueOf(out.readLine());
      OUTPUT.add(line);
      assertThat(line).as("the server's output: %s", OUTPUT).isNotEqualTo("null");
      Matcher listening = LISTENING.matcher(line);
      port = listening.find() ? Integer.parseInt(listening.group(1)) : 0;
    }
    Thread.startVirtualThread(() -> out.lines().forEach(OUTPUT::add)); // A full pipe would stop it.
  }

  @AfterAll
  static void stopServer() {
    process.destroyForcibly();
    HTTP.close();
  }

  @BeforeEach
  void startWitness() throws Exception {
    witness = new Witness();
  }

  @AfterEach
  void nothingWasHeldUp() throws Exception {
    witness.stop();
    assertThat(process.isAlive()).isTrue();
    assertThat(OUTPUT).noneMatch(line -> line.contains("OutOfMemoryError"));
  }

  @Test
  void aBatchThatMakesMillionsOfEventsIsRefused() throws Exception {
    byte[] item =
        ("{\"users\":[" + users(1_000) + "],\"data\":\"" + "x".repeat(300) + "\"}").getBytes(UTF_8);
    byte[] array = joined(item, Math.min(3_200, 15 * MIB / item.length), "[", ",", "]");
    byte[] lines = joined(item, Math.min(3_200, 15 * MIB / item.length), "", "\n", "\n");

    for (HttpResponse<String> answer : atOnce(4, () -> post(LARGE, JSON, array))) {
      assertThat(answer.statusCode()).isIn(413, 503);
      assertThat(answer.body())
          .containsAnyOf("more than 100000 events", "memory for request bodies is used up");
    }
    String results = post(LARGE, NDJSON, lines).join().body();
    assertThat(results.lines()).hasSize(101);
    assertThat(results.lines().toList().getLast())
        .startsWith("{\"status\":413")
        .contains("more than 100000 events");
  }

  @Test
  void fortyBatchesAtOnceAreTakenOrToldToComeAgain() throws Exception {
    byte[] item = ("{\"users\":[\"u\"],\"data\":\"" + "x".repeat(64_000) + "\"}").getBytes(UTF_8);
    byte[] array = joined(item, 16 * MIB / (item.length + 1) - 1, "[", ",", "]");

    List<HttpResponse<String>> answers = atOnce(40, () -> post(LARGE, JSON, array));

    assertThat(answers)
        .allSatisfy(
            answer ->
                assertThat(answer.statusCode() == 200 || isComeAgain(answer))
                    .as(answer.statusCode() + " " + answer.headers().map() + answer.body())
                    .isTrue());
    assertThat(answers).anyMatch(answer -> answer.statusCode() == 200);
  }

  private static boolean isComeAgain(HttpResponse<String> answer) {
    return answer.statusCode() == 503
        && answer.headers().firstValue("Retry-After").isPresent()
        && answer.body().contains("urn:heliograph:problem:overloaded");
  }

  @Test
  void fortyLargeChunksWithoutATokenAreRefusedUnread() throws Exception {
    var head = "Transfer-Encoding: chunked";
    byte[] chunk = (Integer.toHexString(16 * MIB) + "\r\n").getBytes(UTF_8);
    byte[] megabyte = new byte[MIB];
    var refusals = new ArrayList<CompletableFuture<Integer>>();
    for (int i = 0; i < 40; i++) {
      refusals.add(
          CompletableFuture.supplyAsync(
              () -> {
                try (var socket =
                    TestReader.request(
                        port, "POST", "/v1/events", "Content-Type: " + NDJSON, head)) {
                  socket.setSoTimeout((int) PATIENCE.toMillis());
                  Thread.startVirtualThread(
                      () -> {
                        try {
                          socket.getOutputStream().write(chunk);
                          for (int sent = 0; sent < 16; sent++) {
                            socket.getOutputStream().write(megabyte);
                          }
                        } catch (IOException e) {
                          // Closed, as it should be.
                        }
                      });
                  return TestReader.status(socket);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              },
              Thread::startVirtualThread));
    }

    for (CompletableFuture<Integer> refusal : refusals) {
      assertThat(refusal.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(401);
    }
  }

  @Test
  void manyKeysAreInNobodysWay() throws Exception {
    byte[] item = "{\"users\":[\"keys\"],\"data\":\"x\"}".getBytes(UTF_8);
    byte[] lines = joined(item, 10_000, "", "\n", "\n");
    byte[] wide =
        joined(
            ("{\"users\":[\"wide\"],\"data\":\"" + "x".repeat(820) + "\"}").getBytes(UTF_8),
            10_000,
            "[",
            ",",
            "]");

    assertThat(post(LARGE, JSON, wide, "Idempotency-Key", "wide").join().statusCode())
        .isEqualTo(200);
    for (int i = 0; i < 14; i++) {
      String results = post(LARGE, NDJSON, lines, "Idempotency-Key", "k" + i).join().body();
      assertThat(results.lines())
          .hasSize(10_000)
          .allMatch(line -> line.startsWith("{\"status\":20"));
    }
  }

  @Test
  void nobodysKeptEventsAreDisplacedByAnotherPublisher() throws Exception {
    for (int i = 0; i < 50; i++) {
      assertThat(
              post(OTHER, JSON, "[{\"users\":[\"kept\"],\"data\":%d}]".formatted(i).getBytes(UTF_8))
                  .join()
                  .statusCode())
          .isEqualTo(200);
    }
    byte[] item =
        ("{\"users\":[" + users(1_000) + ",\"kept\"],\"data\":\"" + "x".repeat(1_000) + "\"}")
            .replace("\"u999\",", "")
            .getBytes(UTF_8);
    byte[] lines = joined(item, 100, "", "\n", "\n");

    for (int i = 0; i < 15; i++) {
      assertThat(post(LARGE, NDJSON, lines).join().statusCode()).isEqualTo(200);
    }

    try (var reader =
        TestReader.open(
            port, "/v1/users/kept/events?from=oldest", "Authorization: Bearer " + OTHER)) {
      var kept = new ArrayList<String>();
      while (kept.size() < 50) {
        String data = reader.nextEvent();
        if (!data.contains("xxx")) {
          kept.add(data);
        }
      }
      assertThat(kept.getFirst()).isEqualTo("data: 0");
      assertThat(kept.getLast()).isEqualTo("data: 49");
    }
  }

  /** Publishes an event after the other, and reads them; says how long one took at most. */
  private static final class Witness {
    private final TestReader reader;
    private final Thread publisher;
    private final Thread reading;
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong read = new AtomicLong();
    private final AtomicLong slowest = new AtomicLong();
    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    Witness() throws Exception {
      String user = "witness-" + System.nanoTime();
      reader =
          TestReader.open(port, "/v1/users/" + user + "/events", "Authorization: Bearer " + OTHER)
              .awaitLive();
      publisher = Thread.ofVirtual().unstarted(() -> publish(user));
      reading = Thread.ofVirtual().unstarted(this::read);
      publisher.setUncaughtExceptionHandler((_, e) -> failures.add(e));
      reading.setUncaughtExceptionHandler((_, e) -> failures.add(e));
      publisher.start();
      reading.start();
    }

    private void publish(String user) {
      while (!stopped) {
        long now = System.nanoTime();
        var answer =
            send(
                    "/v1/users/" + user + "/events",
                    OTHER,
                    "text/plain",
                    Long.toString(now).getBytes(UTF_8),
                    "Idempotency-Key",
                    "w" + now)
                .join();
        assertThat(answer.statusCode()).isEqualTo(202);
        published.incrementAndGet();
        slowest.accumulateAndGet(System.nanoTime() - now, Math::max);
      }
    }

    private void read() {
      try {
        while (publisher.isAlive()
            || read.get() < published.get()) { // Its last event is still to come.
          long sent = Long.parseLong(reader.nextEvent().substring("data: ".length()));
          slowest.accumulateAndGet(System.nanoTime() - sent, Math::max);
          read.incrementAndGet();
        }
      } catch (Exception | AssertionError e) {
        if (!stopped) { // Else the stream was closed here.
          throw new AssertionError(e);
        }
      }
    }

    void stop() throws Exception {
      long before = published.get();
      await().atMost(PATIENCE).until(() -> published.get() > before + 2 || !failures.isEmpty());
      stopped = true;
      publisher.join();
      await().atMost(PATIENCE).until(() -> read.get() >= published.get() || !failures.isEmpty());
      reader.close();
      reading.join();
      assertThat(failures).isEmpty();
      assertThat(Duration.ofNanos(slowest.get())).isLessThan(PATIENCE);
    }
  }

  private static CompletableFuture<HttpResponse<String>> post(
      String token, String contentType, byte[] body, String... headers) {
    return send("/v1/events", token, contentType, body, headers);
  }

  private static CompletableFuture<HttpResponse<String>> send(
      String path, String token, String contentType, byte[] body, String... headers) {
    var request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .version(HttpClient.Version.HTTP_1_1)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", contentType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return HTTP.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private static List<HttpResponse<String>> atOnce(
      int times, Supplier<CompletableFuture<HttpResponse<String>>> request) {
    var answers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
    for (int i = 0; i < times; i++) {
      answers.add(request.get());
    }
    return answers.stream().map(CompletableFuture::join).toList();
  }

  private static String users(int number) {
    var names = new String[number];
    Arrays.setAll(names, i -> "\"u" + i + "\"");
    return String.join(",", names);
  }

  private static byte[] joined(byte[] item, int times, String start, String between, String end) {
    var body = new ByteArrayOutputStream(times * (item.length + 1) + 2);
    body.writeBytes(start.getBytes(UTF_8));
    for (int i = 0; i < times; i++) {
      body.writeBytes((i == 0 ? "" : between).getBytes(UTF_8));
      body.writeBytes(item);
    }
    body.writeBytes(end.getBytes(UTF_8));
    return body.toByteArray();
  }
}
