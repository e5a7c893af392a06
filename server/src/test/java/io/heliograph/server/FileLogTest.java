package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.log.file.Backup;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with {@code log.type=file} remembers over restarts. */
class FileLogTest {

  @TempDir private Path parent;

  private Map<String, String> settings(Map<String, String> more) {
    var settings = new LinkedHashMap<String, String>();
    settings.put("log.type", "file");
    settings.put("log.file.directory", parent.resolve("data").toString());
    settings.putAll(more);
    return settings;
  }

  private TestServer start() {
    return TestServer.start(settings(Map.of()));
  }

  @Test
  void aReaderResumesOverARestartWithoutAGap() throws Exception {
    String cursor;
    try (var server = start();
        var reader = server.subscribe("alice").awaitLive()) {
      server.publish("alice", "one");
      server.broadcast("to all");
      assertThat(reader.nextEvents(2)).containsExactlyInAnyOrder("data: one", "data: to all");
      cursor = reader.lastEventId();
      server.publish("alice", "two");
    }
    try (var server = start();
        var reader = server.resume("alice", cursor)) {
      assertThat(reader.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
      assertThat(reader.nextEvent()).isEqualTo("data: two");
      server.publish("alice", "three");
      assertThat(reader.nextEvent()).isEqualTo("data: three");
    }
  }

  @Test
  void aReaderWithoutEventsResumesOverARestart() throws Exception {
    String cursor;
    try (var server = start();
        var reader = server.subscribe("bob").awaitLive()) {
      cursor = reader.lastEventId();
    }
    try (var server = start();
        var reader = server.resume("bob", cursor)) {
      assertThat(reader.nextControl("stream.open")).contains("\"mode\":\"resumed\"");
    }
  }

  @Test
  void keysAndForgottenEventsSurviveARestart() throws Exception {
    String first;
    try (var server = start()) {
      first = keyed(server, "alice").body();
      server.publish("bob", "secret");
      assertThat(delete(server, "/v1/users/bob/events").statusCode()).isEqualTo(204);
    }
    try (var server = start()) {
      HttpResponse<String> again = keyed(server, "alice");
      assertThat(again.body()).isEqualTo(first.replace("}", ",\"repeated\":true}"));
      assertThat(events(server, "alice")).contains("\"data\":\"once\"");
      assertThat(events(server, "bob")).contains("\"events\":[]");
    }
  }

  private static HttpResponse<String> keyed(TestServer server, String user) {
    return server.send(
        HttpRequest.newBuilder(server.uri("/v1/users/" + user + "/events"))
            .header("Content-Type", "text/plain")
            .header("Idempotency-Key", "k")
            .POST(HttpRequest.BodyPublishers.ofString("once")));
  }

  private static HttpResponse<String> delete(TestServer server, String path) {
    return server.send(HttpRequest.newBuilder(server.uri(path)).DELETE());
  }

  private static String events(TestServer server, String user) {
    return server
        .send(
            HttpRequest.newBuilder(server.uri("/v1/users/" + user + "/events"))
                .header("Accept", "application/json"))
        .body();
  }

  @Test
  void aKickSurvivesARestart() throws Exception {
    String cursor;
    try (var server = start();
        var reader = server.subscribe("ann").awaitLive()) {
      cursor = reader.lastEventId();
      delete(server, "/v1/users/ann/connections");
      reader.awaitEnd();
    }
    try (var server = start();
        var reader =
            TestReader.request(
                server.port(),
                "GET",
                "/sse/ann",
                "Accept: text/event-stream",
                "Last-Event-ID: " + cursor)) {
      assertThat(TestReader.status(reader)).isEqualTo(204);
    }
  }

  @Test
  void aRevocationSurvivesARestart() throws Exception {
    Map<String, String> settings = settings(TestTokens.settings(Map.of()));
    String olga = TestTokens.of("olga", TestTokens.ALL);
    String otto = TestTokens.of("otto", "operate");
    try (var server = TestServer.start(settings)) {
      HttpResponse<String> revoked =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/revocations"))
                  .header("Authorization", "Bearer " + otto)
                  .header("Content-Type", "application/json")
                  .POST(HttpRequest.BodyPublishers.ofString("{\"user\":\"olga\"}")));
      assertThat(revoked.statusCode()).isEqualTo(200);
    }
    try (var server = TestServer.start(settings)) {
      HttpResponse<String> refused =
          server.send(
              HttpRequest.newBuilder(server.uri("/v1/users"))
                  .header("Authorization", "Bearer " + olga));
      assertThat(refused.statusCode()).isEqualTo(401);
      assertThat(refused.body()).contains("token-revoked");
    }
  }

  @Test
  void batchesAreKeptInTheirOrder() throws Exception {
    var lines = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      lines.append("{\"users\":[\"u%d\"],\"data\":%d}\n".formatted(i % 7, i));
    }
    try (var server = start()) {
      HttpResponse<String> response =
          server.post("/v1/events", "application/x-ndjson", lines.toString());
      assertThat(response.body().lines()).hasSize(3_000).allMatch(line -> line.contains("202"));
      assertThat(response.body().lines().skip(2_999).findFirst().orElseThrow()).contains("-429\"");
      HttpResponse<String> array =
          server.post("/v1/events", "application/json", "[{\"users\":[\"u0\",\"u1\"],\"data\":1}]");
      assertThat(array.body()).contains("\"users\":{\"u0\":{").contains("\"u1\":{");
    }
    try (var server = start()) {
      assertThat(
              server
                  .send(
                      HttpRequest.newBuilder(
                              server.uri("/v1/users/u3/events?from=oldest&limit=1000"))
                          .header("Accept", "application/json"))
                  .body())
          .containsSubsequence("\"data\":\"3\"", "\"data\":\"10\"", "\"data\":\"2999\"");
    }
  }

  @Test
  void twoServersNeverShareADirectory() {
    try (var _ = start()) {
      assertThatThrownBy(this::start)
          .isInstanceOf(StartException.class)
          .hasMessageContaining("is in use by another server");
    }
  }

  @Test
  void onlyItsOwnerMayReadTheDirectoryAndNoUserIsInAName() throws Exception {
    try (var server = start()) {
      server.publish("mallory", "x");
      Path data = parent.resolve("data");

      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data)))
          .isEqualTo("rwx------");
      try (Stream<Path> files = Files.list(data)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("00000001.log", "state", "orders", "lock", "copy.lock");
      }
    }
  }

  @Test
  void aCopyOfARunningServerHoldsItsEventsAndBeginsOtherEpochs() throws Exception {
    String cursor;
    try (var server = start();
        var reader = server.subscribe("alice").awaitLive()) {
      server.publish("alice", "one");
      reader.nextEvent();
      Backup.copy(parent.resolve("data"), parent.resolve("copy"));
      server.publish("alice", "after the copy");
      reader.nextEvent();
      cursor = reader.lastEventId();
    }
    var settings = settings(Map.of("log.file.directory", parent.resolve("copy").toString()));
    try (var server = TestServer.start(settings);
        var reader = server.resume("alice", cursor)) {
      server.publish("alice", "another second event");

      assertThat(reader.nextControl("stream.gap")).contains("\"reason\":\"epoch\"");
      assertThat(reader.nextEvent()).isEqualTo("data: one");
      assertThat(reader.nextEvent()).isEqualTo("data: another second event");
    }
    try (var server = TestServer.start(settings)) {
      assertThat(events(server, "alice")).contains("another second event");
    }
  }

  @Test
  void aCopyThatWasCutOffBeginsOtherEpochs() throws Exception {
    Path copy = parent.resolve("copy");
    String cursor;
    try (var server = start();
        var reader = server.subscribe("alice").awaitLive()) {
      server.publish("alice", "one");
      reader.nextEvent();
      Path obstacle = Files.createDirectory(parent.resolve("data/000000ff.log"));
      assertThatThrownBy(() -> Backup.copy(parent.resolve("data"), copy))
          .isInstanceOf(IOException.class);
      Files.delete(obstacle);
      Files.delete(copy.resolve("000000ff.log"));
      server.publish("alice", "after the copy");
      reader.nextEvent();
      cursor = reader.lastEventId();
    }

    try (var server = TestServer.start(settings(Map.of("log.file.directory", copy.toString())));
        var reader = server.resume("alice", cursor)) {
      server.publish("alice", "another second event");

      assertThat(reader.nextControl("stream.gap")).contains("\"reason\":\"epoch\"");
    }
  }

  @Test
  void onlyItsOwnerMayReadTheFilesInADirectoryThatWasThere() throws Exception {
    Path data = Files.createDirectory(parent.resolve("data"));
    Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxr-xr-x"));
    try (var server = start()) {
      server.publish("alice", "x");

      try (Stream<Path> files = Files.list(data)) {
        assertThat(files)
            .hasSizeGreaterThan(3)
            .allSatisfy(
                file ->
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------"));
      }
    }
  }
}
