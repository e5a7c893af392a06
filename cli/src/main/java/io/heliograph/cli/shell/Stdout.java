package io.heliograph.cli.shell;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/**
 * Where results go, one line at a time, each in one system call. Thread-safe.
 *
 * <p>Not {@code System.out}, which swallows the error of a broken pipe: {@code | head -1} would
 * leave a program behind that follows a stream for nobody.
 */
public final class Stdout {
  private final OutputStream out;

  Stdout(OutputStream out) {
    this.out = out;
  }

  /**
   * Writes the line and its line feed.
   *
   * @throws IOException if nobody reads any more
   */
  public void line(String line) throws IOException {
    line(line, '\n');
  }

  /**
   * Writes the line and another end, for data that has line feeds of its own.
   *
   * @throws IOException if nobody reads any more
   */
  public synchronized void line(String line, char end) throws IOException {
    out.write((line + end).getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /**
   * Writes just these bytes.
   *
   * @throws IOException if nobody reads any more
   */
  public synchronized void bytes(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** For picocli's help texts. */
  public PrintWriter asWriter() {
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }
}
