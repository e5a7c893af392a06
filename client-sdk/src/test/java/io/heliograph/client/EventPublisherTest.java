package io.heliograph.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.SseTestServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class EventPublisherTest {
  @Test
  void publishesJsonToAUser() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.status(202, "{\"id\":\"e-1\",\"connections\":2}"));
        var publisher = EventPublisher.create(server.uri())) {
      var result = publisher.publish("al/ice", NewEvent.json("order.shipped", "{\"order\": 17.0}"));

      assertThat(result).isEqualTo(new PublishResult.Accepted("e-1", 2));
      var request = server.requests().getFirst();
      assertThat(request.method()).isEqualTo("POST");
      assertThat(request.target()).isEqualTo("/v1/users/al%2Fice/events");
      assertThat(request.header("Content-Type")).contains("application/json");
      assertThat(request.body())
          .isEqualTo("{\"type\":\"order.shipped\",\"data\":{\"order\": 17.0}}");
    }
  }

  @Test
  void broadcastsText() {
    try (var server =
            SseTestServer.start(
                exchange -> exchange.status(202, "{\"id\":\"e-1\",\"connections\":0}"));
        var publisher =
            EventPublisher.builder(server.uri().resolve("/push"))
                .tokens(renew -> "t")
                .header("X-A", "b")
                .build()) {
      publisher.broadcast(NewEvent.text("note", "line \"1\"\nline 2 é"));

      var request = server.requests().getFirst();
      assertThat(request.target()).isEqualTo("/push/v1/broadcast");
      assertThat(request.header("Authorization")).contains("Bearer t");
      assertThat(request.header("X-A")).contains("b");
      assertThat(request.body())
          .isEqualTo("{\"type\":\"note\",\"data\":\"line \\\"1\\\"\\nline 2 é\"}");
    }
  }

  @Test
  void aRefusalSaysWhy() {
    try (var server =
            SseTestServer.start(
                exchange ->
                    exchange.status(
                        413,
                        "{\"type\":\"/problems/too-large\",\"title\":\"t\",\"detail\":\"65 KiB\"}",
                        "Content-Type: application/problem+json"));
        var publisher = EventPublisher.create(server.uri())) {
      assertThat(publisher.publish("a", NewEvent.text("t", "x")))
          .isEqualTo(new PublishResult.Refused(413, "/problems/too-large", "65 KiB"));
    }
  }

  @Test
  void anExpiredTokenIsRenewedOnce() {
    var asked = new ArrayList<Boolean>();
    try (var server = SseTestServer.start(exchange -> exchange.status(401, "no"));
        var publisher =
            EventPublisher.builder(server.uri())
                .tokens(
                    renew -> {
                      asked.add(renew);
                      return "t";
                    })
                .build()) {
      assertThat(publisher.publish("a", NewEvent.text("t", "x")))
          .isEqualTo(new PublishResult.Refused(401, "about:blank", "no"));
      assertThat(asked).containsExactly(false, true);
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() throws IOException {
    int port;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    try (var publisher = EventPublisher.create(URI.create("http://127.0.0.1:" + port))) {
      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOf(PublishException.class)
          .hasMessageContaining("POST http://127.0.0.1:" + port + "/v1/users/a/events failed")
          .hasMessageContaining("The event was not sent");
    }
  }

  /** OkHttp sends such requests again by itself, which would publish the event twice. */
  @Test
  void aRequestIsSentOnceWhateverHappens() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  if (exchange.number() == 1) {
                    exchange.status(202, "{\"id\":\"1\",\"connections\":0}");
                  } else if (exchange.request().body().contains("busy")) {
                    exchange.status(503, "", "Retry-After: 0");
                  } else {
                    exchange.cut();
                  }
                });
        var publisher = EventPublisher.create(server.uri())) {
      publisher.publish("a", NewEvent.text("t", "x")); // Leaves a connection for reuse.

      assertThatThrownBy(() -> publisher.publish("a", NewEvent.text("t", "x")))
          .isInstanceOf(PublishException.class)
          .hasMessageContaining("may have kept the event or not");
      assertThat(publisher.publish("a", NewEvent.text("t", "busy")))
          .isInstanceOf(PublishResult.Refused.class);
      assertThat(server.requests()).hasSize(3);
    }
  }

  @Test
  void somethingThatIsNoHeliographIsFoundOut() {
    try (var server = SseTestServer.start(exchange -> exchange.status(200, "<html>"));
        var publisher = EventPublisher.create(server.uri())) {
      assertThatThrownBy(() -> publisher.broadcast(NewEvent.text("t", "x")))
          .hasMessageContaining("200, not 202: is this a Heliograph server?");
    }
  }

  @Test
  void whatWouldForgeIsRefusedBeforeItIsSent() {
    assertThatThrownBy(() -> NewEvent.text("a\nid: 1", "x")).hasMessageContaining("line break");
    assertThatThrownBy(() -> NewEvent.json("a", "1,\"type\":\"b\""))
        .hasMessageContaining("NewEvent.text");
  }
}
