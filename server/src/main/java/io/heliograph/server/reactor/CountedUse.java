package io.heliograph.server.reactor;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A resource that is released when it is closed and nobody uses it any more. Thread-safe. */
abstract class CountedUse {

  private static final VarHandle USERS;
  private static final int CLOSED = 1 << 31;

  static {
    try {
      USERS = MethodHandles.lookup().findVarHandle(CountedUse.class, "users", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // The uses under way; negative once it is closed.
  private volatile int users;

  /** Keeps the resource until {@link #leave}. False if it is closed: then it must not be used. */
  final boolean enter() {
    for (int now = users; now >= 0; now = users) {
      if (USERS.weakCompareAndSet(this, now, now + 1)) {
        return true;
      }
    }
    return false;
  }

  final void leave() {
    if ((int) USERS.getAndAdd(this, -1) == CLOSED + 1) {
      release();
    }
  }

  final boolean isOpen() {
    return users >= 0;
  }

  /** Nobody can enter from now on. Idempotent. */
  final void end() {
    if ((int) USERS.getAndBitwiseOr(this, CLOSED) == 0) {
      release();
    }
  }

  /** Called once, by the last user or by {@link #end}. */
  abstract void release();
}
