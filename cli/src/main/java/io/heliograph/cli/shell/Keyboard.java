package io.heliograph.cli.shell;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hears single keys on the terminal, while it is open and this process is in the foreground.
 *
 * <p>A terminal gives whole lines and shows what is typed. A small shell beside this process
 * changes that, and changes it back when the pipe between them ends: at {@link #close}, and also
 * when this process is killed, halts or crashes, because the system closes its pipes then. Ctrl-C
 * stays a signal. One daemon thread listens.
 */
public final class Keyboard implements AutoCloseable {
  private static final String HELPER =
      """
      trap '' INT TERM QUIT TSTP
      saved=$(stty -g </dev/tty) || exit
      stty -icanon -echo min 1 time 0 </dev/tty
      read -r end
      stty "$saved" </dev/tty
      """;

  private static final long LOOK_NANOS = 50_000_000;
  private static final long RESTORE_SECONDS = 2;

  private final Process helper;
  private final Consumer<Character> keys;
  private final Thread thread;
  private volatile boolean closed;

  private Keyboard(Process helper, Consumer<Character> keys) {
    this.helper = helper;
    this.keys = keys;
    this.thread = Thread.ofPlatform().daemon().name("keys").start(this::listen);
  }

  /**
   * Listens; null where there is no terminal, where this process is in the background, or where the
   * system does not tell.
   */
  public static @Nullable Keyboard open(Terminals terminals, Consumer<Character> keys) {
    if (!terminals.in() || !inForeground()) {
      return null;
    }
    try {
      Process helper =
          new ProcessBuilder("sh", "-c", HELPER)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new Keyboard(helper, keys);
    } catch (IOException e) {
      return null; // No shell: then there are no keys, and all else goes on.
    }
  }

  private void listen() {
    try {
      while (!closed) {
        // Whoever reads from the background is stopped by the system, with all that it does.
        if (System.in.available() > 0 && inForeground()) {
          keys.accept((char) System.in.read());
        } else {
          LockSupport.parkNanos(LOOK_NANOS);
        }
      }
    } catch (IOException e) {
      // The terminal is gone; nobody types.
    }
  }

  /** By the process group and that of the terminal: fields 5 and 8 of Linux' proc(5), stat. */
  private static boolean inForeground() {
    try {
      String stat = Files.readString(Path.of("/proc/self/stat"), StandardCharsets.ISO_8859_1);
      // The name before them may hold blanks and parentheses.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return fields[2].equals(fields[5]);
    } catch (IOException e) {
      return false;
    }
  }

  /** Gives the terminal back as it was. */
  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
    try {
      helper.getOutputStream().close();
      helper.waitFor(RESTORE_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      // It has ended before, because there was nothing to change.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
