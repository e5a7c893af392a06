package io.heliograph.server.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestCertificate;
import io.heliograph.server.TestServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that speaks TLS and lets only one ACL user in. */
@Tag("slow")
class RedisTlsTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path directory;

  private int port;
  private RedisProcess redis;

  @BeforeEach
  void start() throws Exception {
    // The certificate is its own issuer, and for the name "localhost".
    Path own = certificate("localhost");
    port = RedisProcess.freePort();
    redis =
        RedisProcess.start(
            "--tls-port",
            Integer.toString(port),
            "--tls-auth-clients",
            "no",
            "--tls-cert-file",
            own.toString(),
            "--tls-key-file",
            own.resolveSibling("key.pem").toString(),
            "--tls-ca-cert-file",
            own.toString());
    redis.call("ACL", "SETUSER", "heliograph", "on", ">correct horse", "~*", "&*", "+@all");
    redis.call("ACL", "SETUSER", "default", "off");
  }

  @AfterEach
  void stop() {
    redis.close();
  }

  private Path certificate(String name) throws Exception {
    Path place = Files.createDirectory(directory.resolve(name));
    TestCertificate.write(place, name);
    return place.resolve("cert.pem");
  }

  /** A node that can use this Redis, but for the settings that are given. */
  private TestServer node(Map<String, String> others) throws Exception {
    Path password = Files.writeString(directory.resolve("password"), "correct horse\n");
    var settings =
        new LinkedHashMap<>(
            Map.of(
                "log.type",
                "redis",
                "log.redis.url",
                "rediss://localhost:" + port,
                "log.redis.ca-file",
                directory.resolve("localhost/cert.pem").toString(),
                "log.redis.user",
                "heliograph",
                "log.redis.password-file",
                password.toString()));
    settings.putAll(others);
    return TestServer.start(settings);
  }

  @Test
  void eventsPassBetweenTwoNodes() throws Exception {
    try (var one = node(Map.of());
        var two = node(Map.of())) {
      for (TestServer node : new TestServer[] {one, two}) {
        await().atMost(PATIENCE).until(() -> node.get("/health/ready").statusCode() == 200);
      }
      try (var reader = two.subscribe("alice").awaitLive()) {
        one.publish("alice", "hi");

        assertThat(reader.nextEvent()).isEqualTo("data: hi");
      }
    }
  }

  @Test
  void aCertificateOfAnotherIssuerIsRefused() throws Exception {
    String stranger = certificate("stranger").toString();

    assertNotReady(
        Map.of("log.redis.ca-file", stranger),
        "Redis at localhost:" + port + " cannot be used",
        "unable to find valid certification path");
  }

  @Test
  void aCertificateForAnotherNameIsRefused() throws Exception {
    assertNotReady(Map.of("log.redis.url", "rediss://127.0.0.1:" + port), "127.0.0.1");
  }

  @Test
  void aWrongPasswordIsToldAndNotRepeated() throws Exception {
    Path wrong = Files.writeString(directory.resolve("wrong"), "battery staple");

    assertNotReady(Map.of("log.redis.password-file", wrong.toString()), "WRONGPASS");
  }

  @Test
  void aServerThatSpeaksNoTlsIsNotUsed() throws Exception {
    assertNotReady(Map.of("log.redis.url", "rediss://localhost:" + redis.port()), "localhost");
  }

  private void assertNotReady(Map<String, String> settings, String... reasons) throws Exception {
    try (var node = node(settings)) {
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(node.get("/health/ready").body()).contains(reasons));
      assertThat(node.get("/health/ready").statusCode()).isEqualTo(503);
      assertThat(node.get("/health/ready").body()).doesNotContain("battery", "horse");
      assertThat(node.post("/v1/users/alice/events", "text/plain", "x").statusCode())
          .isEqualTo(503);
    }
  }
}
