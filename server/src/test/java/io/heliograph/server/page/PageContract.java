package io.heliograph.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.TestTokens;
import io.heliograph.server.clients.ServerProcess;
import io.heliograph.server.page.Site.Way;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What heliograph.js does for the tabs of a browser. Run by {@code server/src/clients/run}. */
abstract class PageContract extends BrowserContract {

  private static final int TABS = 10;
  private static final int EVENTS = 1_000;

  /** Far above what anything takes on a busy machine that is not meant to take time. */
  static final Duration PATIENCE = Duration.ofSeconds(30);

  // Two heartbeats of 5 s and 5 s more.
  private static final Duration SILENCE = Duration.ofSeconds(15);

  // A leader that hangs is replaced 10 s later than the connection would be.
  static final Duration REPLACED = SILENCE.plusSeconds(10);

  // Half of it waits at random, on average.
  private static final Duration RETRY = Duration.ofSeconds(3);

  private final List<Tab> tabs = new ArrayList<>();

  /** A test that runs without a proxy and behind caddy. */
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"DIRECT", "CADDY"})
  @interface DirectAndCaddy {}

  /** A test that runs without a proxy and behind nginx. */
  @Retention(RetentionPolicy.RUNTIME)
  @ParameterizedTest
  @EnumSource(
      value = Way.class,
      names = {"DIRECT", "NGINX"})
  @interface DirectAndNginx {}

  /** How long the browser itself goes on with connections that are dead. */
  Duration deadConnection() {
    // Those on which the page was loaded are still open, and dead as well. Each attempt of the page
    // may be sent into one of them: 10 s, and the pause to the next one.
    return Duration.ofSeconds(60);
  }

  /** Which one takes its time, or was under way when the whole run was ended. */
  @BeforeEach
  void say(TestInfo test) {
    System.out.printf("%s %s %s%n", Instant.now(), getClass().getSimpleName(), test);
  }

  @AfterEach
  void closeTabs() throws Exception {
    for (Tab tab : tabs) {
      tab.close();
    }
    tabs.clear();
  }

  final void open(Way way, Map<String, String> settings, int count, String hash) throws Exception {
    way.assumeInstalled();
    openSite(way, settings);
    for (int i = 0; i < count; i++) {
      tabs.add(Tab.open(browser(), site().url("/tabs#" + hash)));
    }
    for (Tab tab : tabs) {
      tab.awaitState("live", PATIENCE);
    }
  }

  final List<Tab> tabs() {
    return tabs;
  }

  /** Waits until one tab is connected, and returns it. */
  final Tab leader() {
    // A tab that is behind has a connection of its own for a moment.
    return await()
        .atMost(PATIENCE)
        .until(
            () -> tabs.stream().filter(PageContract::isConnected).toList(), all -> all.size() == 1)
        .getFirst();
  }

  /** Waits until a tab is connected, and returns one. */
  private Tab connected() {
    return await()
        .atMost(PATIENCE)
        .until(() -> tabs.stream().filter(PageContract::isConnected).findAny(), Optional::isPresent)
        .orElseThrow();
  }

  private static boolean isConnected(Tab tab) {
    try {
      return tab.isConnected();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  final List<String> publish(int from, int to) {
    List<String> data = IntStream.range(from, to).mapToObj(i -> "event " + i).toList();
    data.forEach(each -> site().server().publish("alice", "note", each));
    return data;
  }

  /** What happens to the tab that leads. */
  interface Fate {
    /** Makes it happen; the tabs that receive nothing any more are removed from the list. */
    void happen(Tab leader) throws Exception;
  }

  /**
   * Publishes events at random times, and lets the fate of a leader happen three times meanwhile.
   */
  final void noEventIsLostOrDoubled(Way way, Fate fate, int times, Duration patience)
      throws Exception {
    open(way, Map.of(), TABS, "/sse/alice");
    long seed = Long.getLong("page.seed", System.nanoTime());
    System.out.println("page.seed=" + seed);
    var random = new Random(seed);
    List<Integer> moments = random.ints(100, EVENTS - 100).limit(times).boxed().toList();

    List<String> events = new ArrayList<>();
    for (int i = 0; i < EVENTS; i++) {
      events.addAll(publish(i, i + 1));
      if (random.nextInt(5) == 0) {
        Thread.sleep(random.nextInt(20)); // Events come alone and in crowds.
      }
      if (moments.contains(i)) {
        fate.happen(connected());
      }
    }

    for (Tab tab : tabs) {
      tab.awaitExactly(events, patience);
      assertThat(tab.gaps()).isEmpty();
    }
    leader();
    await().atMost(PATIENCE).until(() -> site().server().connections("alice") == 1);
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void tenTabsShareOneConnection(Way way) throws Exception {
    open(way, Map.of(), TABS, "/sse/alice");

    List<String> events = publish(0, 20);

    for (Tab tab : tabs) {
      tab.awaitExactly(events, PATIENCE);
    }
    assertThat(site().server().connections("alice")).isEqualTo(1);
  }

  @DirectAndCaddy
  void noEventIsLostWhenTheLeadingTabIsClosed(Way way) throws Exception {
    noEventIsLostOrDoubled(
        way,
        leader -> {
          tabs.remove(leader);
          leader.close();
        },
        3,
        PATIENCE);
  }

  @ParameterizedTest
  @EnumSource(value = Way.class, names = "DIRECT")
  void noEventIsLostWhenTheLeadingTabHangs(Way way) throws Exception {
    // Longer than until it is replaced; after it, it reads on where it was.
    noEventIsLostOrDoubled(
        way,
        leader ->
            browser()
                .start(
                    leader.name(),
                    "const end = Date.now() + %d; while (Date.now() < end) {}"
                        .formatted(REPLACED.plusSeconds(5).toMillis())),
        1,
        REPLACED.plusSeconds(5).plus(PATIENCE));
  }

  @DirectAndCaddy
  void noEventIsLostWhenATabIsReloaded(Way way) throws Exception {
    open(way, Map.of(), 3, "/sse/alice");
    Tab leader = leader();
    Tab follower = tabs.stream().filter(tab -> !tab.equals(leader)).findAny().orElseThrow();
    List<String> before = publish(0, 5);
    for (Tab tab : tabs) {
      tab.awaitExactly(before, PATIENCE);
    }

    for (Tab tab : List.of(follower, leader)) {
      browser().go(tab.name(), "/health/live");
      await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> browser().evaluate(tab.name(), "location.pathname").equals("/health/live"));
    }
    List<String> meanwhile = publish(5, 10);
    for (Tab tab : List.of(follower, leader)) {
      browser().go(tab.name(), "/tabs#/sse/alice");
    }

    follower.awaitExactly(meanwhile, PATIENCE);
    leader.awaitExactly(meanwhile, PATIENCE);
    await().atMost(PATIENCE).until(() -> site().server().connections("alice") == 1);
  }

  /** Stops a server, one way or the other. */
  private interface Stop {
    void stop(ServerProcess server) throws Exception;
  }

  private void liveAgainAfter(Way way, Stop stop, Duration within) throws Exception {
    open(way, Map.of("drain.window", "1s"), 3, "/sse/alice");
    List<String> events = new ArrayList<>(publish(0, 5));
    for (Tab tab : tabs) {
      tab.awaitExactly(events, PATIENCE);
    }

    stop.stop(site().server());
    site().startAnother();
    for (Tab tab : tabs) {
      await().atMost(within).until(() -> tab.gaps().size() == 1);
      tab.awaitState("live", within);
    }
    events.addAll(publish(5, 10));

    for (Tab tab : tabs) {
      tab.awaitExactly(events, PATIENCE);
      assertThat(tab.gaps()).hasSize(1); // The events were in the memory of the first server.
    }
  }

  @DirectAndNginx
  void thePageIsLiveAgainAfterAKill(Way way) throws Exception {
    liveAgainAfter(way, ServerProcess::kill, RETRY.multipliedBy(3).plus(PATIENCE));
  }

  @DirectAndNginx
  void thePageIsLiveAgainAfterADrain(Way way) throws Exception {
    liveAgainAfter(way, ServerProcess::drain, RETRY.multipliedBy(3).plus(PATIENCE));
    assertThat(leader().reasons()).contains("offline drain");
  }

  /** Skips what a browser is known not to do, as docs/guides/browser.md says. */
  void assumeComesBackOver(Way way) {}

  @DirectAndNginx
  void thePageIsLiveAgainAfterTenSecondsOf502(Way way) throws Exception {
    assumeComesBackOver(way);
    open(way, Map.of(), 3, "/sse/alice");

    site().network().answerBadGateway(true);
    for (Tab tab : tabs) {
      tab.awaitState("offline", PATIENCE);
    }
    List<String> events = publish(0, 5);
    Thread.sleep(10_000); // So long the proxy has no server.
    site().network().answerBadGateway(false);

    for (Tab tab : tabs) {
      tab.awaitExactly(events, Duration.ofSeconds(30).plus(PATIENCE));
      tab.awaitState("live", PATIENCE);
      assertThat(tab.gaps()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Way.class)
  void thePageNoticesASilentNetwork(Way way) throws Exception {
    assumeComesBackOver(way);
    open(way, Map.of(), 3, "/sse/alice");
    List<String> events = new ArrayList<>(publish(0, 5));
    for (Tab tab : tabs) {
      tab.awaitExactly(events, PATIENCE);
    }

    site().network().silence();
    events.addAll(publish(5, 10));

    for (Tab tab : tabs) {
      tab.awaitExactly(events, SILENCE.plus(RETRY).plus(deadConnection()).plus(PATIENCE));
      assertThat(tab.gaps()).isEmpty();
    }
    assertThat(leader().reasons()).contains("offline network");
  }

  @DirectAndNginx
  void aKickEndsThePageAndItIsToldWhy(Way way) throws Exception {
    open(way, Map.of(), 3, "/sse/alice");

    site().server().kick("alice");

    for (Tab tab : tabs) {
      tab.awaitState("ended", PATIENCE);
      assertThat((Object) tab.lastState().get("reason")).isEqualTo("kicked");
      assertThat(tab.isConnected()).isFalse();
    }
    assertThat(site().server().connections("alice")).isZero();
  }

  @ParameterizedTest
  @EnumSource(value = Way.class, names = "DIRECT")
  void aTokenThatEndsIsReplacedByTheNextOne(Way way) throws Exception {
    followOverTheEndOfATokenOf(way, "token", () -> TestTokens.of("alice", "subscribe", LIFE));
  }

  @ParameterizedTest
  @EnumSource(value = Way.class, names = "NGINX")
  void aTicketThatEndsIsReplacedByTheNextOne(Way way) throws Exception {
    followOverTheEndOfATokenOf(
        way, "ticket", () -> site().server().ticket(TestTokens.of("alice", "subscribe", LIFE)));
  }

  private static final Duration LIFE = Duration.ofSeconds(8);

  /** Gives a page what it is asked for. */
  private interface Credentials {
    String next() throws Exception;
  }

  private void followOverTheEndOfATokenOf(Way way, String option, Credentials credentials)
      throws Exception {
    way.assumeInstalled();
    openSite(way, TestTokens.settings(Map.of()));
    // Two tabs, and both have what was given to one: they are the same user.
    for (int i = 0; i < 2; i++) {
      String name = browser().open(site().url("/")); // A page of this origin, to write its storage.
      var tab = new Tab(browser(), name);
      tabs.add(tab);
      give(tab, credentials.next());
      browser().go(name, "/tabs#/sse/alice," + option);
    }
    for (Tab tab : tabs) {
      tab.awaitState("live", PATIENCE);
    }
    List<String> events = new ArrayList<>(publish(0, 5));
    Tab leader = leader();
    int asked = leader.asked();
    for (Tab tab : tabs) {
      give(tab, TestTokens.of("alice", "subscribe"));
      if (option.equals("ticket")) {
        give(tab, site().server().ticket(TestTokens.of("alice", "subscribe")));
      }
    }

    await().atMost(LIFE.plus(PATIENCE)).until(() -> leader.asked() > asked);
    events.addAll(publish(5, 10));

    for (Tab tab : tabs) {
      tab.awaitExactly(events, PATIENCE);
      tab.awaitState("live", PATIENCE);
    }
    assertThat(leader.reasons()).contains("offline token-expired");
  }

  private void give(Tab tab, String credential) throws Exception {
    // It has no storage before it has an origin.
    await()
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(
            () ->
                credential.equals(
                    browser()
                        .evaluate(tab.name(), "sessionStorage.credential = '" + credential + "'")));
  }

  @ParameterizedTest
  @EnumSource(value = Way.class, names = "NGINX")
  void aLogoutEndsThePage(Way way) throws Exception {
    way.assumeInstalled();
    openSite(way, TestTokens.settings(Map.of()));
    for (int i = 0; i < 2; i++) {
      var tab = new Tab(browser(), browser().open(site().url("/")));
      tabs.add(tab);
      give(tab, TestTokens.of("alice", "subscribe"));
      browser().go(tab.name(), "/tabs#/sse/alice,token");
      tab.awaitState("live", PATIENCE);
    }

    site().server().revoke("alice");

    for (Tab tab : tabs) {
      tab.awaitState("ended", PATIENCE);
      assertThat((Object) tab.lastState().get("reason")).isEqualTo("revoked");
    }
  }
}
