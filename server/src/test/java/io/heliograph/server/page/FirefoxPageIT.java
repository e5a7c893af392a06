package io.heliograph.server.page;

import java.nio.file.Path;
import java.time.Duration;

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
}
