package io.heliograph.client.internal.base;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The one place where the SDK makes threads: virtual ones where the JVM has them (Java 21), else
 * daemon platform threads. The SDK is compiled for Java 17, which does not know {@code
 * Thread.ofVirtual}, and Android never does: so it is looked up.
 */
public final class Threads {
  /**
   * Of a platform thread that runs no code of the user but an observer's: reading a stream needs 28
   * frames. Others get the JVM's default, for a listener may call anything.
   */
  private static final long READER_STACK_BYTES = 256 * 1024;

  /** A platform thread costs some 80 us to start, and 70 KiB while it is kept. */
  private static final int KEPT_SECONDS = 2;

  /** {@code (String name, Runnable task) -> Thread}, not started; null if there are none. */
  private static final @Nullable MethodHandle VIRTUAL = findVirtual();

  /** Where there are no virtual threads: for tasks that are over soon and come again. */
  private static final @Nullable Executor KEPT = VIRTUAL == null ? kept() : null;

  private Threads() {}

  /** A thread for code of the user, not started; it does not keep the JVM alive. */
  public static Thread unstarted(String name, Runnable task) {
    return VIRTUAL == null ? platform(name, task, 0) : virtual(VIRTUAL, name, task);
  }

  /** The same, started. */
  public static Thread start(String name, Runnable task) {
    Thread thread = unstarted(name, task);
    thread.start();
    return thread;
  }

  /** Runs code of the user that is over soon and comes again, on a thread of its own. */
  public static void startShort(String name, Runnable task) {
    if (KEPT == null) {
      start(name, task);
    } else {
      KEPT.execute(
          () -> {
            Thread.currentThread().setName(name);
            task.run();
          });
    }
  }

  private static Executor kept() {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        KEPT_SECONDS,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> platform("heliograph-kept", task, 0));
  }

  /** Starts a thread that reads a stream for as long as it lasts. */
  public static void startReader(Runnable task) {
    String name = "heliograph-reader";
    Thread thread =
        VIRTUAL == null ? platform(name, task, READER_STACK_BYTES) : virtual(VIRTUAL, name, task);
    thread.start();
  }

  /** Starts a platform thread for a call that would hold on to the carrier of a virtual one. */
  public static void startPlatform(String name, Runnable task) {
    platform(name, task, 0).start();
  }

  /** Runs each task at once, on a thread that ends with it. */
  public static ExecutorService perTask(String name) {
    return new ThreadPoolExecutor(
        0,
        Integer.MAX_VALUE,
        0,
        TimeUnit.NANOSECONDS,
        new SynchronousQueue<>(),
        task -> unstarted(name, task));
  }

  /** {@code Thread.join(Duration)} of Java 19: whether the thread has ended. */
  public static boolean join(Thread thread, Duration timeout) throws InterruptedException {
    long nanos = Ticks.nanos(timeout);
    if (nanos > 0) {
      TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
    }
    return !thread.isAlive();
  }

  private static Thread platform(String name, Runnable task, long stackBytes) {
    var thread = new Thread(null, task, name, stackBytes);
    thread.setDaemon(true);
    return thread;
  }

  private static Thread virtual(MethodHandle factory, String name, Runnable task) {
    try {
      return (Thread) factory.invokeExact(name, task);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e); // Thread.Builder declares none.
    }
  }

  private static @Nullable MethodHandle findVirtual() {
    try {
      MethodHandles.Lookup lookup = MethodHandles.publicLookup();
      Class<?> builder = Class.forName("java.lang.Thread$Builder");
      Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
      MethodHandle create =
          lookup
              .findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual))
              .asType(MethodType.methodType(builder));
      MethodHandle name =
          lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class));
      MethodHandle unstarted =
          lookup.findVirtual(
              builder, "unstarted", MethodType.methodType(Thread.class, Runnable.class));
      MethodHandle all =
          MethodHandles.collectArguments(
              unstarted, 0, MethodHandles.collectArguments(name, 0, create));
      // Java 19 and 20 have the method, and throw unless started with --enable-preview.
      virtual(all, "heliograph-probe", () -> {});
      return all;
    } catch (ReflectiveOperationException | UnsupportedOperationException e) {
      return null;
    }
  }
}
