package io.heliograph.server.page;

import java.nio.file.Path;

class FirefoxConsoleIT extends ConsoleContract {

  @Override
  Browser start(Path home) throws Exception {
    Installed.assume("firefox-esr", "firefox-esr");
    return new Firefox(home);
  }
}
