package io.heliograph.server.page;

import io.heliograph.server.proxy.Proxy;
import java.nio.file.Path;

class WebKitConsoleIT extends ConsoleContract {

  @Override
  Browser start(Path home) throws Exception {
    Installed.assume("WebKitWebDriver", "webkit2gtk-driver");
    Installed.assume("xvfb-run", "xvfb");
    return new WebKit(home, Proxy.freePort(), "window");
  }
}
