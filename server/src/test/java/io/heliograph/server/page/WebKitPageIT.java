package io.heliograph.server.page;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.heliograph.server.proxy.Proxy;
import java.nio.file.Path;

class WebKitPageIT extends PageContract {

  @Override
  Browser start(Path home) throws Exception {
    Installed.assume("WebKitWebDriver", "webkit2gtk-driver");
    Installed.assume("xvfb-run", "xvfb");
    return new WebKit(home, Proxy.freePort(), "tab");
  }

  @Override
  void assumeComesBackOver(Site.Way way) {
    assumeTrue(
        way == Site.Way.DIRECT,
        "WebKitGTK 2.50 over HTTP/2 is not back in time after a silent network or a 502");
  }
}
