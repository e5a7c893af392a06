package io.heliograph.cli.shell;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where results go, one line at a time, each in one system call. Thread-safe.
 *
 * <p>Not {@code System.out}, which swallows the error of a broken pipe: {@code | head -1} would
 * leave a program behind that follows a stream without a reader.
 */
public final class Stdout {
  private final OutputStream out;
  private volatile @Nullable String failure;

  Stdout(OutputStream out) {
    this.out = new Witness(out);
  }

  /**
   * Why something could not be written, if that was not because its reader left: a full disk, say.
   * Callers may treat each failure as a reader that left, and end; the program asks this last.
   */
  public Optional<String> failure() {
    return Optional.ofNullable(failure);
  }

  /** Remembers the first failure, also of a writer that swallows it. */
  private final class Witness extends FilterOutputStream {
    Witness(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        out.write(bytes, offset, length);
      } catch (IOException e) {
        if (failure == null && !isBrokenPipe(e)) {
          failure = String.valueOf(e.getMessage());
        }
        throw e;
      }
    }
  }

  private static boolean isBrokenPipe(IOException e) {
    // The system's words may be in another language, so it is asked, too.
    String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
    return message.contains("broken pipe") || ReaderWatch.hasLeft();
  }

  /** Writes the line and its line feed; throws if nobody reads any more, or {@link #failure}. */
  public void line(String line) throws IOException {
    bytes((line + '\n').getBytes(StandardCharsets.UTF_8));
  }

  /** Writes just these bytes; throws as {@link #line(String)}. */
  public synchronized void bytes(byte[] bytes) throws IOException {
    out.write(bytes);
    out.flush();
  }

  /** For texts of several lines; it keeps {@link #failure}, too. */
  public PrintWriter asWriter() {
    return new PrintWriter(out, true, StandardCharsets.UTF_8);
  }
}
