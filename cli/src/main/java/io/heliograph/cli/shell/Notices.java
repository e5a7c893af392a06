package io.heliograph.cli.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Messages for people, on stderr, marked to be told apart from events. Thread-safe. */
public final class Notices {
  // To the start of the line, and nothing left of it.
  private static final String ERASE = "\r\033[K";

  private final OutputStream err;
  private final Symbols symbols;
  private volatile boolean quiet;
  private boolean drawn; // Guarded by this.

  Notices(OutputStream err, Symbols symbols) {
    this.err = err;
    this.symbols = symbols;
  }

  /** From now on only {@link #error} speaks. */
  public void quiet() {
    quiet = true;
  }

  /** A line about what is going on. */
  public void say(String line) {
    if (!quiet) {
      write("! " + Printable.message(symbols.of(line)) + '\n');
    }
  }

  /** A command to copy: on a line of its own, and without the mark, which is no part of it. */
  public void command(String line) {
    if (!quiet) {
      write("    " + Printable.message(line) + '\n');
    }
  }

  /** A question; the answer is typed behind it. */
  public void prompt(String question) {
    write(question);
  }

  /** A line that the next one, and anything else, writes over; a terminal cuts it, not wraps it. */
  public synchronized void draw(String line) {
    if (!quiet) {
      write(line.isEmpty() ? "" : "\033[?7l" + symbols.of(line) + "\033[?7h");
      drawn = true;
    }
  }

  /** Why the program fails. */
  public void error(String line) {
    write(Printable.message(line) + '\n');
  }

  private synchronized void write(String text) {
    String erase = drawn ? ERASE : "";
    drawn = false;
    try {
      err.write((erase + text).getBytes(StandardCharsets.UTF_8));
      err.flush();
    } catch (IOException e) {
      // The reader of stderr has left. The events still have a reader, so the program continues.
    }
  }

  /** For picocli's messages. */
  public PrintWriter asWriter() {
    return new PrintWriter(err, true, StandardCharsets.UTF_8);
  }
}
