package io.heliograph.cli.follow;

import io.heliograph.cli.format.Shown;
import java.io.IOException;

/** What becomes of the events of a stream. Called by one thread, in the order of the stream. */
@FunctionalInterface
public interface EventSink {
  /**
   * Deals with an event. Once it returns, the event counts as done: a stream that is resumed goes
   * on behind it. The stream waits meanwhile, and so does its server.
   *
   * @throws IOException if nobody reads stdout any more
   * @throws SinkException if the program is to end
   */
  void event(Shown event) throws IOException, SinkException;

  /** The stream is about to end, perhaps while an event is dealt with. Called by any thread. */
  default void ending() {}
}
