package io.heliograph.cli.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** Messages for people, on stderr, marked to be told apart from events. Thread-safe. */
public final class Notices {
  private final OutputStream err;
  private final Symbols symbols;
  private volatile boolean quiet;
  private volatile long said; // Written under this.

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

  /** A picture of the progress, which the next one overwrites. */
  public void draw(String picture) {
    if (!quiet) {
      write(symbols.of(picture));
    }
  }

  /** Why the program fails. */
  public void error(String line) {
    write(Printable.message(line) + '\n');
  }

  /** How often anything was written: a picture on the same terminal has moved then. */
  public long said() {
    return said;
  }

  private synchronized void write(String text) {
    said++;
    try {
      err.write(text.getBytes(StandardCharsets.UTF_8));
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
