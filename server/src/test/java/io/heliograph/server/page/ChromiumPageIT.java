package io.heliograph.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.page.Site.Way;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

class ChromiumPageIT extends PageContract {

  @Override
  Browser start(Path home) throws Exception {
    Installed.assume("chromium", "chromium");
    return new Chromium(home);
  }

  @DirectAndCaddy
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

  @DirectAndCaddy
  void aPageInTheBackForwardCacheHasNoConnectionAndResumes(Way way) throws Exception {
    open(way, Map.of(), 1, "/sse/alice");

    leaveAndComeBack(tabs().getFirst(), 0);
  }

  @DirectAndCaddy
  void anotherTabLeadsWhileTheLeaderIsInTheBackForwardCache(Way way) throws Exception {
    open(way, Map.of(), 3, "/sse/alice");

    leaveAndComeBack(leader(), 1);
  }

  /**
   * Publishes before a tab goes to another page, meanwhile, and after it went back.
   *
   * @param connections of the user while the tab shows the other page
   */
  private void leaveAndComeBack(Tab tab, int connections) throws Exception {
    evaluate(
        tab, "(addEventListener('pageshow', (event) => (seen.restored = event.persisted)), '')");
    List<String> events = new ArrayList<>(publish(0, 5));
    tab.awaitExactly(events, PATIENCE);

    browser().go(tab.name(), "/health/live");
    awaitPath(tab, "/health/live");
    // Sooner than Chromium itself would close it: after 60 s.
    await().atMost(PATIENCE).until(() -> site().server().connections("alice") == connections);
    events.addAll(publish(5, 10));
    browser().start(tab.name(), "history.back()");
    awaitPath(tab, "/tabs");

    for (Tab each : tabs()) {
      each.awaitState("live", PATIENCE);
    }
    events.addAll(publish(10, 15));
    for (Tab each : tabs()) {
      each.awaitExactly(events, PATIENCE);
      assertThat(each.gaps()).isEmpty();
    }
    // The page itself, with its events, and not a new one.
    assertThat(evaluate(tab, "String(seen.restored)")).isEqualTo("true");
    leader();
    await().atMost(PATIENCE).until(() -> site().server().connections("alice") == 1);
  }

  private void awaitPath(Tab tab, String path) {
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> evaluate(tab, "location.pathname").equals(path));
  }

  private String evaluate(Tab tab, String expression) throws Exception {
    return browser().evaluate(tab.name(), expression);
  }

  @DirectAndCaddy
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
