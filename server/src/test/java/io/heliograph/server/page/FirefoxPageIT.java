package io.heliograph.server.page;

import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.server.page.Site.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirefoxPageIT extends PageContract {

  @Override
  Browser start(Path home) throws Exception {
    Installed.assume("firefox-esr", "firefox-esr");
    return new Firefox(home);
  }

  @Override
  Duration deadConnection() {
    // It asks by a ping after 58 s without a word, and waits 8 s; until then every attempt of the
    // page is sent into the dead connection. The wait for the next attempt is 30 s at most.
    return Duration.ofSeconds(58 + 8 + 30);
  }

  @Test
  void aPageThatIsDeniedItsStorageHasAConnectionOfItsOwn(@TempDir Path home) throws Exception {
    // All cookies are blocked, and with them storage, channels and locks.
    Files.writeString(
        home.resolve("user.js"), "user_pref(\"network.cookie.cookieBehavior\", 2);\n");
    open(Way.DIRECT, Map.of(), 0, "");

    try (var firefox = new Firefox(home)) {
      Tab tab = Tab.open(firefox, site().url("/tabs#/sse/alice"));
      tab.awaitState("live", PATIENCE);
      List<String> events = publish(0, 5);

      tab.awaitExactly(events, PATIENCE);
      assertThat(tab.isConnected()).isTrue();
    }
  }
}
