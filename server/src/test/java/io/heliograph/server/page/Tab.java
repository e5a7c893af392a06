package io.heliograph.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.PlainJson;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionTimeoutException;

/** One tab that follows a stream by server/src/clients/tabs.html, and what its page was told. */
record Tab(Browser browser, String name) {

  static Tab open(Browser browser, String url) throws Exception {
    return new Tab(browser, browser.open(url));
  }

  private Map<?, ?> seen() throws Exception {
    return (Map<?, ?>)
        PlainJson.read(
            browser.evaluate(
                name, "JSON.stringify({...window.seen, state: window.stream?.state})"));
  }

  /** The data of the events that the page was given. */
  List<?> events() throws Exception {
    return (List<?>) seen().get("events");
  }

  List<?> gaps() throws Exception {
    return (List<?>) seen().get("gaps");
  }

  /** Whether it has a connection. */
  boolean isConnected() throws Exception {
    return count("open") > 0;
  }

  /** How often it was asked for a token or ticket. */
  int asked() throws Exception {
    return count("asked");
  }

  private int count(String member) throws Exception {
    return seen().get(member) instanceof PlainJson.Num count ? Integer.parseInt(count.text()) : 0;
  }

  private boolean isIn(String state) throws Exception {
    return state.equals(seen().get("state"));
  }

  /** Waits for a state. */
  void awaitState(String state, Duration patience) throws Exception {
    try {
      await().atMost(patience).ignoreExceptions().until(() -> isIn(state));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError(name + " is not " + state + ": " + seen(), e);
    }
  }

  /** Waits until the page has these events, and checks that it has them once and in order. */
  void awaitExactly(List<String> events, Duration patience) throws Exception {
    try {
      await().atMost(patience).ignoreExceptions().until(() -> events().size() >= events.size());
    } catch (ConditionTimeoutException e) {
      assertThat(events()).as("%s: %s", name, seen().get("states")).isEqualTo(events);
    }
    assertThat(events()).as("%s: %s", name, seen().get("states")).isEqualTo(events);
  }

  /** The last state with what the page was told of it. */
  Map<?, ?> lastState() throws Exception {
    return (Map<?, ?>) ((List<?>) seen().get("states")).getLast();
  }

  /** All states with a reason, as "state reason". */
  List<String> reasons() throws Exception {
    return ((List<?>) seen().get("states"))
        .stream()
            .map(it -> (Map<?, ?>) it)
            .filter(it -> it.containsKey("reason"))
            .map(it -> it.get("state") + " " + it.get("reason"))
            .toList();
  }

  void close() throws Exception {
    browser.close(name);
  }
}
