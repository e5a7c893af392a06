package io.heliograph.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class HaproxyTest extends ProxyContract {

  HaproxyTest() {
    super(Proxy.Program.HAPROXY);
  }

  @Override
  String withIdleLimit(String guide, String limit) {
    return Guide.replaced(
        Guide.replaced(guide, "timeout client 60s", "timeout client " + limit),
        "timeout server 60s",
        "timeout server " + limit);
  }

  @Override
  String withCompression(String guide) {
    return guide
        + "    filter compression\n"
        + "    compression algo gzip\n"
        + "    compression type text/event-stream\n";
  }

  @Test
  void withoutNoDelayEventsWaitWhereTheReadersConnectionIsNotEncrypted() throws Exception {
    var server = server(Map.of());
    String plain = guide().replaceFirst("bind :443 .*", "bind :443");
    var client = client(HttpClient.Version.HTTP_1_1);

    assertThat(medianDelay(server, plainReader(client, proxy(plain, server))))
        .isLessThan(HELD_BACK);
    assertThat(
            medianDelay(
                server,
                plainReader(
                    client, proxy(Guide.replaced(plain, "option http-no-delay", ""), server))))
        .isGreaterThan(HELD_BACK);
  }

  private ProxiedReader plainReader(HttpClient client, Proxy proxy) throws Exception {
    return closed(
            ProxiedReader.open(
                client, URI.create("http://localhost:" + proxy.port() + "/sse/alice")))
        .awaitLive();
  }

  @Test
  void withoutAbortOnCloseAnHttp11ReaderThatLeftStaysUntilItIsWrittenTo() throws Exception {
    var server = server(Map.of("stream.heartbeat", "59s"));
    var proxy = proxy(Guide.replaced(guide(), "option abortonclose", ""), server);
    var reader = reader(client(HttpClient.Version.HTTP_1_1), proxy);

    reader.close();

    await()
        .during(Duration.ofMillis(1_500))
        .atMost(Duration.ofSeconds(3))
        .until(() -> connections(server) == 1);
    // The first write is answered by a reset, which the second one meets.
    server.publish("alice", "anybody there?");
    await()
        .until(
            () -> {
              server.publish("alice", "and now?");
              return connections(server) == 0;
            });
  }

  @Test
  void withoutForwardForAReaderIsBelievedWhateverItSays() throws Exception {
    assertThat(addressOfAReaderThatLies(Guide.replaced(guide(), "option forwardfor", "")))
        .isEqualTo(LIE);
  }
}
