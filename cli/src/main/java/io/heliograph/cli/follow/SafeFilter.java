package io.heliograph.cli.follow;

import io.heliograph.client.Event;
import java.util.function.Consumer;

/**
 * Survives an event that is too much for a regular expression: Java's take stack for each character
 * of long data, and some try so many ways that they never come to an end. Such an event does not
 * fit; were it the end, every later run would meet it again.
 */
final class SafeFilter implements EventFilter {
  private final EventFilter filter;
  private final Consumer<String> notices;
  // Confined to the thread that asks; read by others when that is over.
  private volatile long tooMuch;

  /**
   * Asks another filter.
   *
   * @param notices told of the first such event, and of no other
   */
  SafeFilter(EventFilter filter, Consumer<String> notices) {
    this.filter = filter;
    this.notices = notices;
  }

  /** How many events were too much. */
  long tooMuch() {
    return tooMuch;
  }

  @Override
  @SuppressWarnings("NonAtomicVolatileUpdate") // One thread asks.
  public boolean takes(Event event) {
    try {
      return Regex.forOne(event, filter::takes);
    } catch (StackOverflowError e) {
      tell(event, "is too long for a regular expression", "(a|b)* is dear, [ab]* is not");
    } catch (Regex.TooMuch e) {
      tell(
          event,
          "has too many ways to fit a regular expression",
          "(.*a){9} is dear, ([^a]*a){9} is not");
    }
    tooMuch++;
    return false;
  }

  private void tell(Event event, String what, String cure) {
    if (tooMuch == 0) {
      notices.accept(
          "filter      the event "
              + (event.lastEventId().isEmpty() ? "without id" : event.lastEventId())
              + " "
              + what
              + ", and so does not fit; "
              + cure);
    }
  }
}
