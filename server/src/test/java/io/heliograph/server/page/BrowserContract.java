package io.heliograph.server.page;

import io.heliograph.server.TestCertificate;
import io.heliograph.server.page.Site.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** One browser for all tests of a class, and a site for each of them. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class BrowserContract {

  private Path directory;
  private Browser browser;
  private Site site;

  /** Starts the browser; skips the tests if it is not installed. */
  abstract Browser start(Path home) throws Exception;

  @BeforeAll
  void startBrowser(@TempDir Path temporary) throws Exception {
    directory = temporary;
    TestCertificate.write(directory, "localhost");
    browser = start(Files.createDirectory(directory.resolve("home")));
  }

  /** After the pages, which subclasses close. */
  @AfterEach
  void closeSite() throws Exception {
    if (site != null) {
      site.close();
      site = null;
    }
  }

  @AfterAll
  void stopBrowser() throws Exception {
    if (browser != null) {
      browser.close();
    }
  }

  final Browser browser() {
    return browser;
  }

  final Site site() {
    return site;
  }

  /** Starts a server, and the way to it, until the test has ended. */
  final void openSite(Way way, Map<String, String> settings) throws Exception {
    site = new Site(way, directory, settings);
  }
}
