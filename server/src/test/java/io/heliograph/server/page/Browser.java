package io.heliograph.server.page;

import java.util.List;

/** A real browser with tabs that a test drives. Thread-safe. */
interface Browser extends AutoCloseable {

  /** Opens a tab and returns its name. */
  String open(String url) throws Exception;

  /**
   * Runs JavaScript in a tab.
   *
   * @param expression what to evaluate; its value is a string
   */
  String evaluate(String tab, String expression) throws Exception;

  /** Starts JavaScript in a tab and does not wait for it. */
  default void start(String tab, String statements) throws Exception {
    evaluate(tab, "(setTimeout(() => {" + statements + "}), '')");
  }

  /** Goes to another address in the same tab. */
  default void go(String tab, String url) throws Exception {
    start(tab, "location.href = '" + url + "'");
  }

  /** Presses and releases keys in a tab, one after the other, as a person would. */
  void press(String tab, Key... keys) throws Exception;

  /**
   * What the browser's console has shown as an error so far, of all tabs; nothing where a driver
   * does not tell.
   */
  default List<String> errors() {
    return List.of();
  }

  void close(String tab) throws Exception;

  @Override
  void close() throws Exception;
}
