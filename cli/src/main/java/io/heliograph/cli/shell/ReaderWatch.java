package io.heliograph.cli.shell;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * Notices that the reader of stdout has left while there is nothing to write to it.
 *
 * <p>A write to a broken pipe fails, but on a silent stream the next write may be hours away, and
 * Java has no other way to ask. {@code poll(2)} tells at once; one daemon thread parks in it.
 */
public final class ReaderWatch {
  private static final int STDOUT = 1;
  private static final int INTERRUPTED = -1;
  private static final short POLLERR = 0x8;
  private static final short POLLHUP = 0x10;

  private static volatile boolean left;

  private ReaderWatch() {}

  /** Where the system has no such call, nothing happens: the next write will tell. */
  static void start(Terminals terminals, Runnable gone) {
    if (!terminals.out()) {
      Thread.ofPlatform().daemon().name("reader-watch").start(() -> watch(gone));
    }
  }

  private static void watch(Runnable gone) {
    if (left(-1)) {
      left = true;
      gone.run();
    }
  }

  /** Whether the reader of stdout has left by now; false where the system cannot be asked. */
  static boolean hasLeft() {
    return left || left(0);
  }

  @SuppressWarnings(
      "restricted") // The launcher allows it; otherwise the call fails, which is handled.
  private static boolean left(int patienceMillis) {
    try (Arena arena = Arena.ofConfined()) {
      Linker linker = Linker.nativeLinker();
      MethodHandle poll =
          linker.downcallHandle(
              linker.defaultLookup().findOrThrow("poll"),
              FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT));
      // struct pollfd { int fd; short events; short revents; }; errors are reported unasked.
      MemorySegment pollfd = arena.allocate(8);
      pollfd.set(JAVA_INT, 0, STDOUT);
      int ready = INTERRUPTED;
      // Ctrl-Z and fg interrupt it, too. A bound, in case the system answers so to everything.
      for (int i = 0; i < 1000 && ready == INTERRUPTED; i++) {
        ready = (int) poll.invokeExact(pollfd, 1L, patienceMillis);
      }
      return ready == 1 && (pollfd.get(JAVA_SHORT, 6) & (POLLERR | POLLHUP)) != 0;
    } catch (Throwable e) {
      // invokeExact declares Throwable. Whatever it was, the next write notices instead.
      return false;
    }
  }

  /**
   * Ends the process where it stands, by {@code _exit(2)}, if the reader of stdout has left; else
   * returns. To be called when all is done, for shutdown hooks do not run.
   *
   * <p>A user who typed {@code | head -1} waits for the shell's prompt. {@link System#exit} and
   * {@link Runtime#halt} both wait 300 ms for threads in native code (HotSpot, VM_Exit), and where
   * virtual threads use sockets one is always there, in {@code epoll_wait}.
   */
  @SuppressWarnings("restricted") // As above.
  public static void exitIfLeft(int code) {
    if (!left) {
      return;
    }
    try {
      Linker linker = Linker.nativeLinker();
      linker
          .downcallHandle(
              linker.defaultLookup().findOrThrow("_exit"), FunctionDescriptor.ofVoid(JAVA_INT))
          .invokeExact(code);
    } catch (Throwable e) {
      // As above: the caller ends the process, a little later.
    }
  }
}
