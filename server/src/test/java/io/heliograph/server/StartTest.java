package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.config.Settings;
import io.heliograph.server.config.SettingsException;
import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartTest {

  @Test
  void aPortThatIsTakenStopsTheStartAndSaysSo() {
    try (var first = TestServer.start()) {
      var settings = Settings.of(Map.of("server.port", Integer.toString(first.port())));

      assertThatThrownBy(() -> Heliograph.start(settings))
          .isInstanceOf(StartException.class)
          .hasMessageContaining("Cannot listen on 127.0.0.1:" + first.port())
          .hasMessageContaining("in use")
          .hasMessageContaining("--port");
    }
  }

  @Test
  void aHostThatDoesNotExistStopsTheStart() {
    var settings = Settings.of(Map.of("server.host", "no-such-host.invalid", "server.port", "0"));

    assertThatThrownBy(() -> Heliograph.start(settings)).isInstanceOf(StartException.class);
  }

  @Test
  void withoutAuthenticationItListensBeyondLoopbackOnlyIfAskedTo() {
    var open = Settings.of(Map.of("server.host", "0.0.0.0", "server.port", "0"));

    assertThatThrownBy(() -> Heliograph.start(open))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("auth.mode is off")
        .hasMessageContaining("auth.allow-off-beyond-loopback");

    try (var server =
        TestServer.start(
            Map.of("server.host", "0.0.0.0", "auth.allow-off-beyond-loopback", "true"))) {
      assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
    }
    try (var server = TestServer.start(TestTokens.settings(Map.of("server.host", "0.0.0.0")))) {
      assertThat(server.get("/health/live").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aKeyThatCannotBeReadStopsTheStart() {
    var settings =
        Settings.of(Map.of("auth.mode", "jwt", "auth.jwt.key-file", "/no/such/file.pem"));

    assertThatThrownBy(() -> Heliograph.start(settings))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("/no/such/file.pem");
  }

  @Test
  void untilThereAreKeysTheServerIsNotReady() throws Exception {
    try (var jwks = JwksServer.start()) {
      jwks.answer(500);
      jwks.hold(JwksServer.key("1"));
      try (var server =
          TestServer.start(
              Map.of("auth.mode", "jwt", "auth.jwt.jwks-url", jwks.url().toString()))) {
        HttpResponse<String> down = server.get("/health/ready");
        assertThat(down.statusCode()).isEqualTo(503);
        assertThat(down.body()).isEqualTo("{\"status\":\"DOWN\"}");
        assertThat(server.get("/health/live").statusCode()).isEqualTo(200);

        jwks.answer(200);

        await().until(() -> server.get("/health/ready").statusCode() == 200);
      }
    }
  }

  @Test
  void aStoppedServerLeavesItsPort() {
    int port;
    try (var first = TestServer.start()) {
      port = first.port();
    }
    try (var second = TestServer.start(Map.of("server.port", Integer.toString(port)))) {
      assertThat(second.get("/health/live").statusCode()).isEqualTo(200);
    }
  }
}
