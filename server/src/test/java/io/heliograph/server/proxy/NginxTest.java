package io.heliograph.server.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

@Order(1)
class NginxTest extends ProxyContract {

  private static final String HTTP_1_1 = "proxy_http_version 1.1;";

  NginxTest() {
    super(Proxy.Program.NGINX);
  }

  @Override
  String withIdleLimit(String guide, String limit) {
    return Guide.replaced(guide, HTTP_1_1, HTTP_1_1 + " proxy_read_timeout " + limit + ";");
  }

  @Override
  String withCompression(String guide) {
    return "gzip on; gzip_types text/event-stream;\n" + guide;
  }

  @Test
  void itsDefaultHttp10IsRefusedWithTheSettingThatMendsIt() throws Exception {
    var server = server(Map.of());
    var proxy = proxy(Guide.replaced(guide(), HTTP_1_1, ""), server);

    var answer =
        send(client(HttpClient.Version.HTTP_2), HttpRequest.newBuilder(uri(proxy, "/sse/alice")));

    assertThat(answer.statusCode()).isEqualTo(505);
    assertThat(answer.body()).contains(HTTP_1_1);
  }

  @Test
  void withoutHostThePagesOfItsOriginAreRefused() throws Exception {
    var server = server(Map.of());
    var proxy = proxy(Guide.replaced(guide(), "proxy_set_header Host $http_host;", ""), server);

    var answer =
        publishFrom("https://localhost:" + proxy.port(), client(HttpClient.Version.HTTP_2), proxy);

    assertThat(answer.statusCode()).isEqualTo(403);
  }

  @Test
  void withoutForwardedForAReaderIsBelievedWhateverItSays() throws Exception {
    String line = "proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";

    assertThat(addressOfAReaderThatLies(Guide.replaced(guide(), line, ""))).isEqualTo(LIE);
  }

  @Test
  void whereXAccelBufferingIsIgnoredEventsWaitUntilABufferIsFull() throws Exception {
    var server = server(Map.of());
    var proxy =
        proxy(
            Guide.replaced(
                guide(), HTTP_1_1, HTTP_1_1 + " proxy_ignore_headers X-Accel-Buffering;"),
            server);
    // Even the head waits.
    var opened =
        client(HttpClient.Version.HTTP_1_1)
            .sendAsync(
                HttpRequest.newBuilder(uri(proxy, "/sse/alice")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
    awaitConnections(server, 1);

    int published = 0;
    while (!opened.isDone()) {
      server.publish("alice", "x".repeat(50));
      published++;
    }

    assertThat(published).isGreaterThan(5);
  }
}
