package io.heliograph.server.reactor;

import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Applies an action to many elements in parts. Between two parts the reactor serves its sockets and
 * other walks.
 */
final class Walk<T> implements Runnable {

  // One to two milliseconds if the action writes to each.
  private static final int PART = 256;

  private final Executor reactor;
  private final Iterator<T[]> ahead;
  private final Consumer<? super T> action;
  private T[] here;
  private int at;

  /**
   * Prepares a walk; the caller submits it to the reactor.
   *
   * @param ahead arrays that are not modified; at least one
   */
  Walk(Executor reactor, Iterator<T[]> ahead, Consumer<? super T> action) {
    this.reactor = reactor;
    this.ahead = ahead;
    this.action = action;
    this.here = ahead.next();
  }

  @Override
  public void run() {
    for (int i = 0; i < PART; i++) {
      while (at == here.length) {
        if (!ahead.hasNext()) {
          return;
        }
        here = ahead.next();
        at = 0;
      }
      action.accept(here[at++]);
    }
    reactor.execute(this);
  }
}
