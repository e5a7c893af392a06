package io.heliograph.server.hub;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The exclusive right to drain a connection: to read from its cursor and write to its reader. Only
 * the owner does either. Therefore frames never interleave and no event is written twice.
 *
 * <p>{@code wakes} counts the wakes that the owner has not handled yet. The wake that raises it
 * from 0 takes the claim and keeps it until the count is back at 0. A wake that arrives during the
 * owner's last look is counted, and the owner looks again. No thread ever waits for the claim: a
 * wake that finds it taken has informed the owner by counting.
 *
 * <p>If the peer does not accept a whole write, the owner returns and the count stays above 0: the
 * claim stays with the socket. The reactor resumes it when the socket is writable again.
 */
abstract class Claim {

  // A publisher that owns the claim passes it to the reactor after this many steps. Otherwise a
  // long backlog, or other publishers that never pause, would delay the response to its request.
  private static final int MOST_STEPS = 8;

  private static final VarHandle WAKES;

  static {
    try {
      WAKES = MethodHandles.lookup().findVarHandle(Claim.class, "wakes", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // The thread that opens the connection owns the claim until the first bytes are written.
  @SuppressWarnings("FieldMayBeFinal") // WAKES changes it.
  private volatile int wakes = 1;

  // Continues drains that began on the waking thread. Null if a drain may block or takes long: then
  // each drain has a virtual thread of its own, because a few stuck drains would exhaust a pool.
  private final @Nullable Executor reactor;

  Claim(@Nullable Executor reactor) {
    this.reactor = reactor;
  }

  /** The result of a step. */
  enum Step {
    /** Progress was made, and there may be more to do. */
    DONE,
    /** There was nothing to do. */
    NOTHING,
    /** The socket accepts no more bytes; {@link #resume} follows. */
    BLOCKED,
    /** The connection has ended; the claim is never released. */
    OVER
  }

  /** Performs one unit of work, as the owner. Must not throw. */
  abstract Step step();

  /** Never blocks and never throws: a slow reader must not delay a publisher. */
  void wake() {
    if ((int) WAKES.getAndAdd(this, 1) == 0) {
      resume();
    }
  }

  /** Continues as the owner. */
  final void resume() {
    if (reactor != null) {
      drain();
    } else {
      Thread.startVirtualThread(this::drain);
    }
  }

  /** Works until there is nothing left to do, as the owner. */
  void drain() {
    int answered = wakes;
    int steps = 0;
    while (true) {
      switch (step()) {
        case DONE -> {
          if (++steps == MOST_STEPS) {
            later();
            return;
          }
        }
        case NOTHING -> {
          answered = (int) WAKES.getAndAdd(this, -answered) - answered;
          if (answered == 0) {
            return;
          }
        }
        case BLOCKED, OVER -> {
          return;
        }
      }
    }
  }

  private void later() {
    if (reactor != null) {
      reactor.execute(this::drain);
    } else {
      Thread.startVirtualThread(this::drain);
    }
  }
}
