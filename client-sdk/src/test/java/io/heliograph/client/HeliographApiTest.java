package io.heliograph.client;

import static java.time.Duration.ZERO;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.client.testkit.SseTestServer;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class HeliographApiTest {
  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "\ud800"})
  void aUserWhoseIdWouldLeadElsewhereIsRefusedBeforeAnythingIsSent(String user) {
    try (var server = SseTestServer.start(exchange -> exchange.status(204, ""));
        var api = HeliographApi.create(server.uri())) {
      assertThatThrownBy(() -> api.forget(user))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the user id ");
      assertThatThrownBy(() -> api.kick(user)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> api.presence(user)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> api.kick("a", user))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("the connection ");

      api.forget("...");
      assertThat(server.requests())
          .singleElement()
          .satisfies(r -> assertThat(r.target()).isEqualTo("/v1/users/.../events"));
    }
  }

  @Test
  void aConnectionThatIsNotThereIsNotAWrongBase() {
    try (var server =
            SseTestServer.start(
                exchange -> {
                  switch (exchange.number()) {
                    case 1 ->
                        exchange.status(
                            404, "{\"type\":\"urn:heliograph:problem:no-such-connection\"}");
                    case 2 ->
                        exchange.status(404, "{\"type\":\"urn:heliograph:problem:not-found\"}");
                    default -> exchange.status(404, "<html>no such page");
                  }
                });
        var api = HeliographApi.builder(server.uri()).retryFor(ZERO).build()) {
      assertThat(api.kick("a", "c-1")).isFalse();
      for (int wrongBase = 2; wrongBase <= 3; wrongBase++) {
        assertThatThrownBy(() -> api.kick("a", "c-1"))
            .isInstanceOfSatisfying(
                HeliographException.class, e -> assertThat(e.status()).isEqualTo(404));
      }
    }
  }

  @Test
  void aBaseWithAQueryIsRefusedForItWouldBeLost() {
    assertThatThrownBy(() -> HeliographApi.create(URI.create("http://h/push?tenant=1")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("neither a query nor a fragment");
  }

  @Test
  void thePasswordOfTheBaseDoesNotStandInMessages() {
    try (var server = SseTestServer.start(exchange -> exchange.status(403, ""));
        var api =
            HeliographApi.create(
                URI.create("http://me:secret@localhost:" + server.uri().getPort()))) {
      assertThatThrownBy(() -> api.forget("a"))
          .hasMessageContaining("/v1/users/a/events was answered 403")
          .hasMessageNotContaining("secret");
    }
  }
}
