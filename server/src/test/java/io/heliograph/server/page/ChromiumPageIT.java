package io.heliograph.server.page;

import io.heliograph.server.page.Site.Way;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChromiumPageIT extends PageContract {

  @Override
  Browser start(Path home) throws Exception {
    Installed.assume("chromium", "chromium");
    return new Chromium(home);
  }

  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"DIRECT", "CADDY"})
  void noEventIsLostWhenTheLeadingTabIsFrozen(Way way) throws Exception {
    var chromium = (Chromium) browser();
    noEventIsLostOrDoubled(
        way,
        leader -> {
          chromium.freeze(leader.name(), true);
          Thread.startVirtualThread(
              () -> {
                try {
                  Thread.sleep(3_000); // So long nobody looks at it.
                  chromium.freeze(leader.name(), false);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
        },
        2,
        PATIENCE);
  }

  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"DIRECT", "CADDY"})
  void noEventIsLostWhenTheLeadingTabCrashes(Way way) throws Exception {
    var chromium = (Chromium) browser();
    noEventIsLostOrDoubled(
        way,
        leader -> {
          tabs().remove(leader);
          chromium.crash(leader.name());
        },
        3,
        PATIENCE);
  }
}
