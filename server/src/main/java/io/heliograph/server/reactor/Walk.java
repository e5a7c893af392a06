package io.heliograph.server.reactor;

import java.util.Arrays;
import java.util.Iterator;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Applies an action to many elements in parts. Between two parts the reactor serves its sockets and
 * other walks. Several threads may take parts of the same walk.
 */
final class Walk<T> implements Runnable {

  // One to two milliseconds if the action writes to each.
  private static final int PART = 256;

  private final Executor reactor;
  private final Consumer<? super T> action;
  private final @Nullable Consumer<? super Walk<T>> many;

  // Guarded by this.
  private final Iterator<T[]> ahead;
  private T[] here;
  private int at;

  // Confined to the reactor's thread.
  private boolean begun;

  /**
   * Prepares a walk; the caller submits it to the reactor.
   *
   * @param ahead arrays that are not modified; at least one
   * @param many called once if there may be more than one part; null if one thread must do all
   */
  Walk(
      Executor reactor,
      Iterator<T[]> ahead,
      Consumer<? super T> action,
      @Nullable Consumer<? super Walk<T>> many) {
    this.reactor = reactor;
    this.ahead = ahead;
    this.action = action;
    this.many = many;
    this.here = ahead.next();
  }

  @Override
  public void run() {
    Object[] part = next();
    if (part.length == PART) { // There may be more. First, because the action may fail.
      if (!begun && many != null) {
        many.accept(this);
      }
      begun = true;
      reactor.execute(this);
    }
    act(part);
  }

  /** Does parts until none is left. */
  void help() {
    Object[] part = next();
    while (part.length > 0) {
      Object[] taken = part;
      Reactor.guarded(() -> act(taken));
      part = next();
    }
  }

  @SuppressWarnings("unchecked") // All are from arrays of that type.
  private void act(Object[] part) {
    for (Object element : part) {
      action.accept((T) element);
    }
  }

  /** Takes the next part; shorter than the others if it is the last, perhaps empty. */
  private synchronized Object[] next() {
    var part = new Object[PART];
    int size = 0;
    while (size < PART) {
      while (at == here.length) {
        if (!ahead.hasNext()) {
          return Arrays.copyOf(part, size);
        }
        here = ahead.next();
        at = 0;
      }
      part[size++] = here[at++];
    }
    return part;
  }
}
