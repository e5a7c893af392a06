package io.heliograph.cli.shell;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Ctrl-C and SIGTERM: the first asks the command to end, a second one ends it.
 *
 * <p>A job that a script starts with {@code &} has SIGINT ignored, which the JVM respects: such a
 * job is stopped by SIGTERM.
 */
final class Signals {
  private static final Duration TELL_AFTER = Duration.ofMillis(300);
  static final Duration HALT_AFTER = Duration.ofSeconds(2);

  private Signals() {}

  /**
   * Calls back once, on a thread of the JVM, with the code to exit with. If the process is still
   * there {@code haltAfter} later, or another signal comes, it ends with that code where it stands.
   */
  static void onFirst(Notices notices, Duration haltAfter, Consumer<ExitCode> end) {
    var seen = new AtomicBoolean();
    handle("INT", ExitCode.INTERRUPTED, seen, notices, haltAfter, end);
    handle("TERM", ExitCode.TERMINATED, seen, notices, haltAfter, end);
  }

  private static void handle(
      String name,
      ExitCode exit,
      AtomicBoolean seen,
      Notices notices,
      Duration haltAfter,
      Consumer<ExitCode> end) {
    register(
        name,
        () -> {
          if (seen.getAndSet(true)) {
            Runtime.getRuntime().halt(exit.code());
          }
          Thread.ofPlatform()
              .daemon()
              .name("halt")
              .start(() -> haltLater(notices, exit, haltAfter));
          end.accept(exit);
        });
  }

  /**
   * {@code sun.misc.Signal.handle}, by reflection because javac warns of that class and lets nobody
   * switch the warning off. The JDK has no other way to tell the first Ctrl-C from the second;
   * should it vanish, the first one ends the process.
   */
  private static void register(String name, Runnable handler) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> signalHandler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {signalHandler},
              (self, method, args) -> {
                if (method.getName().equals("handle")) {
                  handler.run();
                }
                return null;
              });
      signal
          .getMethod("handle", signal, signalHandler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      // As said above.
    }
  }

  private static void haltLater(Notices notices, ExitCode exit, Duration after) {
    try {
      Thread.sleep(TELL_AFTER);
      notices.say("stopping; Ctrl-C again to quit now");
      Thread.sleep(after.minus(TELL_AFTER));
    } catch (InterruptedException e) {
      // No code of ours interrupts this thread; if it happens, exit at once.
    }
    Runtime.getRuntime().halt(exit.code());
  }
}
