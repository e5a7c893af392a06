package io.heliograph.server.page;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** The console in one tab of a browser, as its reader sees and uses it. */
record Console(Browser browser, String tab) implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MOST_TABS = 80;

  /** Opens the console at the part of the address behind its path, such as {@code #/users}. */
  static Console open(Browser browser, Site site, String hash) throws Exception {
    var console = new Console(browser, browser.open(site.url("/console" + hash)));
    console.await("a view is shown", "document.querySelector('section:not([hidden])')");
    return console;
  }

  /** Shows the token, and waits until it is accepted. */
  void signIn(String token) throws Exception {
    type("#token", token);
    click("#sign-in-form button");
    await("signed in", "document.querySelector('#sign-in').hidden");
  }

  /** Writes into a field, in the place of what it holds. */
  void type(String field, String text) throws Exception {
    browser.evaluate(
        tab,
        "(document.querySelector(%s).value = %s)"
            .formatted(JsonSocket.quoted(field), JsonSocket.quoted(text)));
  }

  void click(String element) throws Exception {
    await(element + " is there", "document.querySelector(" + JsonSocket.quoted(element) + ")");
    browser.evaluate(
        tab, "(document.querySelector(" + JsonSocket.quoted(element) + ").click(), '')");
  }

  /** The text of an element as it is shown. */
  String text(String element) throws Exception {
    return browser.evaluate(
        tab,
        "(document.querySelector(" + JsonSocket.quoted(element) + ")?.innerText ?? '').trim()");
  }

  int count(String elements) throws Exception {
    return Integer.parseInt(
        browser.evaluate(
            tab, "'' + document.querySelectorAll(" + JsonSocket.quoted(elements) + ").length"));
  }

  /** Waits until an element shows this text among others. */
  void awaitText(String element, String text) throws Exception {
    String quoted = JsonSocket.quoted(element);
    await(
        element + " shows " + text,
        "document.querySelector(%s)?.checkVisibility() && document.querySelector(%s).innerText.includes(%s)"
            .formatted(quoted, quoted, JsonSocket.quoted(text)));
  }

  /** Waits until an expression is true. */
  void await(String claim, String expression) throws Exception {
    try {
      Awaitility.await()
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> browser.evaluate(tab, "'' + !!(" + expression + ")").equals("true"));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not so: " + claim + ". The page shows:\n" + text("body"), e);
    }
  }

  /** Moves the focus by the Tab key until it is on an element. */
  void tabTo(String element) throws Exception {
    for (int i = 0; i < MOST_TABS; i++) {
      browser.press(tab, Key.TAB);
      if (isFocused(element)) {
        return;
      }
    }
    throw new AssertionError("no way by the keyboard to " + element);
  }

  boolean isFocused(String element) throws Exception {
    return browser
        .evaluate(tab, "'' + !!document.activeElement?.matches(" + JsonSocket.quoted(element) + ")")
        .equals("true");
  }

  void press(Key... keys) throws Exception {
    browser.press(tab, keys);
  }

  @Override
  public void close() throws Exception {
    browser.close(tab);
  }
}
