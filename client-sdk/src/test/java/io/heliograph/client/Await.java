package io.heliograph.client;

import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/**
 * A test waits for its own condition only. By default, Awaitility ends a wait with what any thread
 * of the JVM has thrown, and that is often a thread of another test class at the same time.
 */
@SuppressWarnings("exports") // Tests have no readers in other modules.
public final class Await {
  private Await() {}

  public static ConditionFactory await() {
    return Awaitility.await().dontCatchUncaughtExceptions();
  }
}
