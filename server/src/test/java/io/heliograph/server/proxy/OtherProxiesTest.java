package io.heliograph.server.proxy;

import static io.heliograph.server.proxy.Proxy.Program.APACHE2;
import static io.heliograph.server.proxy.Proxy.Program.VARNISHD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestCertificate;
import io.heliograph.server.TestServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What holds behind the proxies of the guide's second table, and what does not: each differs, so
 * the expectations name them.
 */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Order(1)
@Tag("slow")
class OtherProxiesTest {

  private Path directory;

  @BeforeAll
  void prepare(@TempDir Path ofTheClass) throws Exception {
    directory = ofTheClass;
    TestCertificate.write(directory, "localhost");
  }

  @ParameterizedTest
  @EnumSource(names = {"APACHE2", "LIGHTTPD", "H2O", "SQUID", "VARNISHD"})
  void eventsArriveAtOnceAndAReturnMissesNothing(Proxy.Program program) throws Exception {
    program.assumeInstalled();
    try (var server = TestServer.start();
        var proxy = start(program, server.port());
        var client = client(program);
        var first = open(program, client, proxy)) {
      first.awaitLive();
      assertThat(first.response().version()).isEqualTo(version(program));
      for (int i = 0; i < 5; i++) {
        server.publish("alice", "event " + i);
        // A proxy that buffers would hold it back until the next heartbeat, 15 s later.
        assertThat(first.nextEvent()).isEqualTo("data: event " + i);
      }
      first.close();
      String filling = "x".repeat(2_000);
      for (int i = 0; i < 50; i++) {
        server.publish("alice", i + filling);
      }

      try (var second = open(program, client, proxy, "Last-Event-ID", first.lastEventId())) {
        for (int i = 0; i < 50; i++) {
          assertThat(second.nextEvent()).isEqualTo("data: " + i + filling);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"APACHE2", "LIGHTTPD", "H2O", "SQUID", "VARNISHD"})
  void whoNoticesAReaderThatLeavesBeforeTheNextWrite(Proxy.Program program) throws Exception {
    program.assumeInstalled();
    try (var server = TestServer.start(Map.of("stream.heartbeat", "59s"));
        var proxy = start(program, server.port());
        var client = client(program);
        var reader = open(program, client, proxy)) {
      reader.awaitLive();

      reader.close();

      if (program == APACHE2) {
        await()
            .during(Duration.ofSeconds(2))
            .atMost(Duration.ofSeconds(20))
            .until(() -> ProxyContract.connections(server) == 1);
        await()
            .until(
                () -> {
                  server.publish("alice", "anybody there?");
                  return ProxyContract.connections(server) == 0;
                });
      } else {
        await().until(() -> ProxyContract.connections(server) == 0);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"APACHE2", "LIGHTTPD", "H2O", "SQUID", "VARNISHD"})
  void thePageOfItsOriginMayPublish(Proxy.Program program) throws Exception {
    program.assumeInstalled();
    try (var server = TestServer.start();
        var proxy = start(program, server.port());
        var client = client(program)) {
      assertThat(publish(program, client, proxy).statusCode()).isEqualTo(202);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"APACHE2", "LIGHTTPD", "H2O", "SQUID", "VARNISHD"})
  void whileTheServerIsAway(Proxy.Program program) throws Exception {
    program.assumeInstalled();
    int port = Proxy.freePort();
    try (var client = client(program)) {
      var server = TestServer.start(Map.of("server.port", Integer.toString(port)));
      try (var proxy = start(program, port)) {
        try (var before = open(program, client, proxy)) {
          before.awaitLive();
          server.close();
          before.awaitEnd();
        }

        if (program == VARNISHD) {
          // Which an EventSource retries.
          assertThatThrownBy(() -> stream(program, client, proxy)).isInstanceOf(IOException.class);
        } else if (program == APACHE2) {
          var away = stream(program, client, proxy);
          assertThat(away.statusCode()).isEqualTo(200);
          assertThat(away.headers().firstValue("Content-Type")).contains("text/event-stream");
          assertThat(away.body()).isEqualToIgnoringNewLines("retry: 3000");
        } else {
          // They end a native EventSource for good, as the guide says.
          assertThat(stream(program, client, proxy).statusCode()).isBetween(502, 504);
        }
        assertThat(publish(program, client, proxy).statusCode()).isBetween(502, 504);

        server = TestServer.start(Map.of("server.port", Integer.toString(port)));
        await()
            .atMost(Duration.ofSeconds(25))
            .until(() -> publish(program, client, proxy).statusCode() == 202);
      } finally {
        server.close();
      }
    }
  }

  private Proxy start(Proxy.Program program, int backend) throws Exception {
    return Proxy.start(program, directory, Guide.block(program.program()), backend);
  }

  private static HttpClient client(Proxy.Program program) throws Exception {
    return HttpClient.newBuilder()
        .version(version(program))
        .sslContext(TestCertificate.trustingContext())
        .build();
  }

  private static HttpClient.Version version(Proxy.Program program) {
    return program.isEncrypted() ? HttpClient.Version.HTTP_2 : HttpClient.Version.HTTP_1_1;
  }

  private static String origin(Proxy.Program program, Proxy proxy) {
    return (program.isEncrypted() ? "https" : "http") + "://localhost:" + proxy.port();
  }

  private static ProxiedReader open(
      Proxy.Program program, HttpClient client, Proxy proxy, String... headers) throws Exception {
    return ProxiedReader.open(client, URI.create(origin(program, proxy) + "/sse/alice"), headers);
  }

  private static HttpResponse<String> stream(Proxy.Program program, HttpClient client, Proxy proxy)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(origin(program, proxy) + "/sse/alice"))
            .header("Accept", "text/event-stream")
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> publish(Proxy.Program program, HttpClient client, Proxy proxy)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(origin(program, proxy) + "/v1/users/alice/events"))
            .header("Origin", origin(program, proxy))
            .header("Content-Type", "text/plain")
            .POST(HttpRequest.BodyPublishers.ofString("hi"))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }
}
