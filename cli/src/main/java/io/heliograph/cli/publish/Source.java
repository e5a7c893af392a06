package io.heliograph.cli.publish;

import io.heliograph.client.NewEvent;
import java.io.IOException;
import java.util.List;

/** Where events come from, one after the other. Asked by one thread. */
interface Source {
  /** An event and its number, from 1: that of its line, if there are lines. */
  record Item(long number, NewEvent event) {}

  static Source of(NewEvent event) {
    return new Source() {
      private List<Item> left = List.of(new Item(1, event));

      @Override
      public List<Item> next(int atMost) {
        List<Item> next = left;
        left = List.of();
        return next;
      }

      @Override
      public String unit() {
        return "event";
      }
    };
  }

  /**
   * Waits for the next event, and returns it with those that are there already.
   *
   * @param atMost how many, 1 and more
   * @return none at the end
   * @throws BadLineException if what comes next is no event
   */
  List<Item> next(int atMost) throws IOException, BadLineException;

  /** What the number of an item is called: {@code line} or {@code event}. */
  String unit();

  /** A line that cannot be published. */
  final class BadLineException extends Exception {
    private static final long serialVersionUID = 1L;

    BadLineException(long line, String message) {
      super("line " + line + ": " + message);
    }
  }
}
