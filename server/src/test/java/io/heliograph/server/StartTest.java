package io.heliograph.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.server.config.Settings;
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
