package io.heliograph.server.page;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.heliograph.server.PlainJson;
import io.heliograph.server.TestReader;
import io.heliograph.server.TestTokens;
import io.heliograph.server.page.Site.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the console does in a browser. Run by {@code server/src/clients/run}. */
abstract class ConsoleContract extends BrowserContract {

  private static final Path AXE =
      Path.of("src", "clients", "node", "node_modules", "axe-core", "axe.min.js");
  private static final String OPERATOR = TestTokens.of("operator", "operate publish");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Console console;

  @AfterEach
  void closeConsole() throws Exception {
    if (console != null) {
      console.close();
      console = null;
    }
  }

  /** Opens the console of a new server, and signs in where the server asks for it. */
  final Console open(String mode, String hash) throws Exception {
    boolean secured = mode.equals("jwt");
    openSite(Way.DIRECT, secured ? TestTokens.settings(Map.of()) : Map.of());
    console = Console.open(browser(), site(), hash);
    if (secured) {
      console.signIn(OPERATOR);
    }
    return console;
  }

  private TestReader alice() throws Exception {
    return TestReader.open(
            site().server().port(),
            "/sse/alice",
            "User-Agent: reader/1",
            "Authorization: Bearer " + TestTokens.of("alice", "subscribe"))
        .awaitLive();
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "jwt"})
  void everyActionWorks(String mode) throws Exception {
    int errors = browser().errors().size();
    Console page = open(mode, "");
    try (var first = alice();
        var _ = alice()) {
      page.awaitText("#tiles", "Users online");
      page.await(
          "counts", "/^Connections\\n2\\n/.test(document.querySelector('#tiles').innerText)");

      page.click("nav a[href='#/users']");
      page.awaitText("#user-rows", "alice");
      page.type("#query", "al");
      page.click("#search button");
      page.awaitText("#users-facts", "1 user is online, with 2 connections");
      page.click("#user-rows a[href='#/users/alice']");
      page.awaitText("#connections", "reader/1");

      page.type("#send-type", "order.paid");
      page.type("#send-data", "{\"order\":12345678901234567890}");
      page.click("#send button");
      page.awaitText("#send-result", "Sent to 2 connections");
      assertThat(first.nextEvent())
          .contains("event: order.paid", "data: {\"order\":12345678901234567890}");
      page.awaitText("#kept", "{\"order\":12345678901234567890}");

      page.click("#connections li:first-child button");
      page.click("#ask-yes");
      page.awaitText("#toast", "Closed the connection");
      page.await("one is left", "document.querySelectorAll('#connections li').length === 1");
      page.click("#kick");
      page.click("#ask-yes");
      page.awaitText("#toast", "Closed 1 connection");
      page.awaitText("#user-badge", "offline");

      page.click("#forget");
      page.click("#ask-no");
      assertThat(page.count("#kept li")).isEqualTo(1);
      page.click("#forget");
      page.click("#ask-yes");
      page.awaitText("#kept-empty", "Nothing is kept");
    }
    if (mode.equals("jwt")) {
      page.click("#sign-out");
      page.await("the token is asked for", "document.activeElement.id === 'token'");
    }
    assertThat(browser().errors().subList(errors, browser().errors().size())).isEmpty();
  }

  @Test
  void aLaterPageOfUsersThatIsEmptyNowSaysOnlyThat() throws Exception {
    Console page = open("off", "");
    var readers = new ArrayDeque<TestReader>();
    try {
      for (int i = 1; i <= 51; i++) {
        String path = "/sse/user-%02d".formatted(i);
        readers.add(TestReader.open(site().server().port(), path).awaitLive());
      }
      page.click("nav a[href='#/users']");
      page.awaitText("#user-rows", "user-50");
      page.click("#next");
      page.awaitText("#user-rows", "user-51");

      readers.removeLast().close();
      page.awaitText("#users-empty", "The users of this page have gone offline.");
      page.awaitText("#users-facts", "50 users are online");

      page.click("#previous");
      page.awaitText("#user-rows", "user-50");
    } finally {
      for (TestReader reader : readers) {
        reader.close();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"off", "jwt"})
  void theTailShowsWhatIsAskedForAndStopsForThoseWhoRead(String mode) throws Exception {
    int errors = browser().errors().size();
    Console page = open(mode, "#/tail");
    page.awaitText("#tail-state", "Live");

    site().server().publish("alice", "note", "<b>first</b>");
    page.awaitText("#tail-rows", "<b>first</b>"); // As text.
    page.click("#pause");
    site().server().publish("alice", "note", "second");
    page.awaitText("#pause", "Resume (1)");
    assertThat(page.text("#tail-rows")).doesNotContain("second");
    page.click("#pause");
    page.awaitText("#tail-rows", "second");

    page.type("#tail-users", "bob, car*");
    page.type("#tail-types", "order.*");
    page.click("#filters button[type=submit]");
    page.awaitText("#tail-state", "Live");
    for (String user : List.of("alice", "carol", "bob")) {
      site().server().publish(user, "note", "not this");
      site().server().publish(user, "order.paid", "for " + user);
    }
    page.awaitText("#tail-rows", "for bob");
    page.await("two rows", "document.querySelectorAll('#tail-rows li').length === 2");

    // Where the browser does not let the page write to the clipboard, the page shows the command.
    String shown = "#command-text";
    String copied =
        "(document.querySelector('"
            + shown
            + "').value || document.querySelector('#toast').innerText)";
    page.click("#tail-curl");
    page.await("a command", copied + ".includes('/v1/tail?users=bob,car*&types=order.*&')");
    page.await(
        "no token in it",
        copied
            + ".includes('$TOKEN') === "
            + mode.equals("jwt")
            + " && !"
            + copied
            + ".includes('eyJ')");
    page.click("#command-form button");
    page.click("#clear");
    page.awaitText("#tail-empty", "Nothing has happened yet");
    assertThat(browser().errors().subList(errors, browser().errors().size())).isEmpty();
  }

  @Test
  void theKeyboardIsEnough() throws Exception {
    openSite(Way.DIRECT, TestTokens.settings(Map.of()));
    console = Console.open(browser(), site(), "");
    try (var _ = alice()) {
      assertThat(console.isFocused("#token")).isTrue();
      console.type("#token", OPERATOR);
      console.press(Key.ENTER);
      console.await("signed in", "document.querySelector('#sign-in').hidden");

      console.tabTo("nav a[href='#/users']");
      console.press(Key.ENTER);
      console.await("at the heading", "document.activeElement.id === 'users-title'");
      console.awaitText("#user-rows", "alice");
      console.tabTo("#user-rows a");
      console.press(Key.ENTER);
      console.awaitText("#connections", "reader/1");

      console.tabTo("#kick");
      console.press(Key.ENTER);
      console.await("the safe one is chosen", "document.activeElement.id === 'ask-no'");
      console.press(Key.ESCAPE);
      console.await("back at the button", "document.activeElement.id === 'kick'");
      console.press(Key.SPACE);
      console.tabTo("#ask-yes");
      console.press(Key.ENTER);
      console.awaitText("#toast", "Closed 1 connection");

      console.tabTo("#send-data");
      console.tabTo("#send button");
      console.press(Key.ENTER);
      console.awaitText("#send-result", "Sent to 0 connections");
    }
  }

  @Test
  void aFailureIsToldInPlainWords() throws Exception {
    openSite(Way.DIRECT, TestTokens.settings(Map.of()));
    console = Console.open(browser(), site(), "");
    console.click("#sign-in-form button");
    console.awaitText("#sign-in-error", "Enter a token");
    console.type("#token", "nonsense");
    console.click("#sign-in-form button");
    console.awaitText("#sign-in-error", "The server does not accept this token");
    console.type("#token", TestTokens.of("alice", "subscribe"));
    console.click("#sign-in-form button");
    console.awaitText("#sign-in-error", "The token's scope does not include 'operate'");

    console.signIn(TestTokens.of("operator", "operate"));
    console.awaitText("#tiles", "Connections");
    console.click("nav a[href='#/users']");
    console.awaitText("#users-empty", "Nobody is online");
    console.type("#query", "zoe");
    console.click("#search button");
    console.click("#user-rows a[href='#/users/zoe']"); // Offline, but there.
    console.click("#send button");
    console.awaitText("#send-error", "The token's scope does not include 'publish'");

    site().server().kill();
    console.awaitText("#problem", "The server does not answer");
    site().startAnother();
    console.click("#problem-retry");
    console.await("mended", "document.querySelector('#problem').hidden");

    site().server().revoke("operator");
    console.awaitText("#sign-in-error", "The server no longer accepts this token");
    console.await("asks again", "document.activeElement.id === 'token'");
    assertThat(
            browser()
                .evaluate(
                    console.tab(),
                    "JSON.stringify([location.href, {...localStorage}, {...sessionStorage}])"))
        .doesNotContain("eyJ");
  }

  /** A tail goes on for 30 s, so that a look at another tab loses nothing. */
  @Test
  void whileNobodyLooksItAsksForNothing() throws Exception {
    Console page = open("off", "");
    browser()
        .evaluate(
            page.tab(),
            """
            (() => {
              window.isHidden = false;
              window.asked = 0;
              window.streams = 0;
              Object.defineProperty(document, 'hidden', { get: () => window.isHidden });
              const fetched = window.fetch;
              window.fetch = (resource, options) => {
                window.asked++;
                if (options.headers.Accept === 'text/event-stream') {
                  window.streams++;
                  options.signal.addEventListener('abort', () => window.streams--);
                }
                return fetched(resource, options);
              };
              window.hide = (hidden) => {
                window.isHidden = hidden;
                document.dispatchEvent(new Event('visibilitychange'));
                return '';
              };
              return '';
            })()
            """);
    page.await("it asks", "window.asked > 0");

    browser().evaluate(page.tab(), "(window.hide(true), window.asked = 0, '')");
    Thread.sleep(7_000); // More than two rounds of what is most often asked.
    assertThat(browser().evaluate(page.tab(), "'' + window.asked")).isEqualTo("0");
    browser().evaluate(page.tab(), "window.hide(false)");
    page.await("it asks again", "window.asked > 0");

    page.click("nav a[href='#/tail']");
    page.await("one tail", "window.streams === 1");
    browser().evaluate(page.tab(), "window.hide(true)");
    await()
        .atMost(Duration.ofSeconds(30).plus(PATIENCE))
        .until(() -> browser().evaluate(page.tab(), "'' + window.streams").equals("0"));
    browser().evaluate(page.tab(), "window.hide(false)");
    page.await("one tail again", "window.streams === 1");
    page.awaitText("#tail-rows", "Not shown: what happened while this page was hidden");
  }

  /** Checks what is shown now. */
  final void isAccessible(Console page, String what) throws Exception {
    List<?> found =
        (List<?>)
            PlainJson.read(
                browser()
                    .evaluate(
                        page.tab(),
                        """
                        axe.run().then(({ violations, passes }) => {
                          if (passes.length < 10) throw new Error('not checked');
                          return JSON.stringify(violations
                              .filter(({ impact }) => impact === 'serious' || impact === 'critical')
                              .map(({ id, nodes }) => id + ': ' + nodes[0].html));
                        })
                        """));
    assertThat(found).as(what).isEmpty();
  }

  @Test
  void axeFindsNothingSerious() throws Exception {
    Assumptions.assumeTrue(Files.exists(AXE), "needs axe-core: run server/src/clients/run");
    openSite(Way.DIRECT, TestTokens.settings(Map.of()));
    console = Console.open(browser(), site(), "");
    browser().evaluate(console.tab(), "(() => {" + Files.readString(AXE) + "; return ''; })()");
    looksGood(console, "sign in");
    console.signIn(OPERATOR);
    try (var _ = alice()) {
      site().server().publish("alice", "note", "x".repeat(1_000));
      console.awaitText("#tiles", "Connections");
      looksGood(console, "overview");
      for (String view : List.of("users", "users/alice", "users/nobody", "tail")) {
        browser().evaluate(console.tab(), "(location.hash = '#/" + view + "', '')");
        console.await(
            "loaded",
            switch (view) {
              case "users" -> "document.querySelector('#user-rows').innerText.includes('alice')";
              case "tail" -> "document.querySelector('#tail-state').innerText === 'Live'";
              default ->
                  "document.querySelector('#user-title').innerText === '"
                      + view.substring(6)
                      + "' && document.querySelector('#cursor').innerText";
            });
        looksGood(console, view);
      }
      site().server().publish("alice", "note", "seen");
      console.awaitText("#tail-rows", "seen");
      looksGood(console, "tail with rows");
    }
  }

  /** Checks the page in each look that the browser can be made to show. */
  void looksGood(Console page, String what) throws Exception {
    isAccessible(page, what);
  }
}
