package io.heliograph.cli.follow;

import io.heliograph.client.Event;
import java.util.function.Consumer;

/**
 * Survives an event that is too much for a regular expression: Java's take stack for each character
 * of long data. Such an event does not fit; were it the end, every later run would meet it again.
 */
final class SafeFilter implements EventFilter {
  private final EventFilter filter;
  private final Consumer<String> notices;
  private boolean told;

  /**
   * Asks another filter.
   *
   * @param notices told of the first such event, and of no other
   */
  SafeFilter(EventFilter filter, Consumer<String> notices) {
    this.filter = filter;
    this.notices = notices;
  }

  @Override
  public boolean takes(Event event) {
    try {
      return filter.takes(event);
    } catch (StackOverflowError e) {
      if (!told) {
        told = true;
        notices.accept(
            "filter      the event "
                + (event.lastEventId().isEmpty() ? "without id" : event.lastEventId())
                + " is too long for a regular expression, and so does not fit; (a|b)* is dear,"
                + " [ab]* is not");
      }
      return false;
    }
  }
}
