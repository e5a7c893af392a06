package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real server with {@code log.type=file} that is killed while it is at work, and one whose disk
 * is full. {@code -Dkills=200} kills it more often.
 */
@Timeout(900)
@Order(1)
@Tag("slow")
class KillTest {

  private static final Pattern DATA = Pattern.compile("\"data\":\"(\\d+)\"");
  private static final Pattern CURSOR = Pattern.compile("\"cursor\":\"([^\"]+)\"");
  private static final int PUBLISHERS = 8;
  private static final int USERS = 5;

  @TempDir private Path directory;
  private final HttpClient http = HttpClient.newHttpClient();
  private @Nullable Process started;

  // Another server may get the port.
  private volatile boolean killed;

  private URI address = URI.create("http://unset");

  @Test
  void everyAcknowledgedEventIsThereAfterEachKill() throws Exception {
    int kills = Integer.getInteger("kills", 3);
    var random = new Random(kills);
    var number = new AtomicInteger();
    List<ConcurrentLinkedQueue<Integer>> acknowledged = new ArrayList<>();
    String[] cursors = new String[USERS];
    for (int user = 0; user < USERS; user++) {
      acknowledged.add(new ConcurrentLinkedQueue<>());
    }
    for (int kill = 0; kill <= kills; kill++) {
      start("");
      for (int user = 0; user < USERS; user++) {
        check(user, acknowledged.get(user), cursors);
      }
      if (kill == kills) {
        break;
      }
      var publishers = new ArrayList<Thread>();
      for (int i = 0; i < PUBLISHERS; i++) {
        publishers.add(Thread.ofVirtual().start(() -> publishUntilKilled(number, acknowledged)));
      }
      int least = acknowledged.stream().mapToInt(ConcurrentLinkedQueue::size).sum();
      while (acknowledged.stream().mapToInt(ConcurrentLinkedQueue::size).sum()
          < least + 50 + random.nextInt(300)) {
        Thread.sleep(1); // The load goes on meanwhile, and only it can be asked.
      }
      kill();
      for (Thread publisher : publishers) {
        publisher.join();
      }
    }
    kill();
    assertThat(acknowledged).allMatch(events -> events.isEmpty()); // All were found.
    assertThat(number.get()).isGreaterThan(kills * 50);
  }

  private void publishUntilKilled(
      AtomicInteger number, List<ConcurrentLinkedQueue<Integer>> acknowledged) {
    try {
      while (!killed) {
        int event = number.incrementAndGet();
        int user = event % USERS;
        if (publish(user, event).statusCode() == 202) {
          acknowledged.get(user).add(event);
        }
      }
    } catch (IOException e) {
      // It was killed.
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private HttpResponse<String> publish(int user, int event)
      throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(address.resolve("/v1/users/u" + user + "/events"))
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString(Integer.toString(event)))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  /** Reads on from where the reader was: what was acknowledged since must come, without a gap. */
  private void check(int user, ConcurrentLinkedQueue<Integer> acknowledged, String[] cursors)
      throws Exception {
    var found = new ArrayList<Integer>();
    while (true) {
      String after = cursors[user] == null ? "" : "&after=" + cursors[user];
      String page =
          http.send(
                  HttpRequest.newBuilder(
                          address.resolve("/v1/users/u" + user + "/events?limit=1000" + after))
                      .header("Accept", "application/json")
                      .build(),
                  HttpResponse.BodyHandlers.ofString())
              .body();
      assertThat(page).contains("\"gap\":null");
      Matcher data = DATA.matcher(page);
      while (data.find()) {
        found.add(Integer.valueOf(data.group(1)));
      }
      Matcher cursor = CURSOR.matcher(page);
      assertThat(cursor.find()).as(page).isTrue();
      cursors[user] = cursor.group(1);
      if (page.contains("\"more\":false")) {
        break;
      }
    }
    assertThat(found).doesNotHaveDuplicates().containsAll(acknowledged);
    acknowledged.clear();
  }

  @Test
  void aFullDiskStopsPublishingAndNothingElse() throws Exception {
    start("ulimit -f 1000; "); // Blocks of 512 bytes; the file of the state has 262 KB
    var acknowledged = new ConcurrentLinkedQueue<Integer>();
    int event = 1_000_000;
    HttpResponse<String> response = publish(0, event);
    while (response.statusCode() == 202) {
      acknowledged.add(event++);
      response = publish(0, event);
    }
    assertThat(response.statusCode()).isEqualTo(503);
    assertThat(response.body()).contains("urn:heliograph:problem:log-unavailable", "restart");
    assertThat(publish(1, 1).statusCode()).isEqualTo(503);
    HttpResponse<String> ready = get("/health/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(ready.body()).startsWith("{\"status\":\"DOWN\",\"reason\":\"The log's disk failed");
    assertThat(get("/health/live").statusCode()).isEqualTo(200);
    try (var reader = TestReader.open(address.getPort(), "/sse/u0?from=-1")) {
      assertThat(reader.nextEvent()).isEqualTo("data: " + (event - 1));
    }
    kill();

    start("");
    check(0, acknowledged, new String[1]);
    assertThat(publish(0, event).statusCode()).isEqualTo(202);
    kill();
  }

  @AfterEach
  void kill() throws InterruptedException {
    killed = true;
    if (started != null) {
      started.destroyForcibly().waitFor();
    }
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(address.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private void start(String before) throws IOException, InterruptedException {
    List<String> server =
        JavaProgram.command(
            Main.class,
            List.of(
                "--port=0",
                "--log=file",
                "--data=data",
                "--set=log.per-user.events=1000000",
                "--set=log.per-user.bytes=100MiB"));
    var command = new ArrayList<>(List.of("sh", "-c", before + "exec \"$@\"", "sh"));
    command.addAll(server);
    Process process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    started = process;
    killed = false;
    address = JavaProgram.awaitListening(process);
  }
}
