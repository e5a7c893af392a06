package io.heliograph.server.publish;

import io.heliograph.server.request.Body;
import io.heliograph.server.request.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Cuts a body into lines as they come; holds at most one line and what came with its end. */
final class LineReader {

  private static final int SMALLEST_BUFFER = 8 * 1024;

  private final Body body;
  private final InputStream in;
  private final long announced; // How long the body is, or -1.
  private final int maxLineBytes;
  private final long maxBytes;

  private byte[] buffer = new byte[SMALLEST_BUFFER];
  private int start; // of the line that is being read
  private int scanned; // no line ends before it
  private int end;
  private long total;
  private BeforeRead beforeRead = () -> {};
  private boolean skipping; // the rest of a line that was too long
  private boolean ended;

  /** Called before more of the body is read, which may block. */
  @FunctionalInterface
  interface BeforeRead {
    void run() throws IOException;
  }

  /** What comes next. */
  sealed interface Next {}

  /** A line without its end. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Line(byte[] bytes) implements Next {}

  /** A line that was too long; it was read past. */
  record TooLong() implements Next {}

  /** The body has more bytes than allowed; nothing more is read. */
  record BodyTooLarge() implements Next {}

  /** The body has ended. */
  record End() implements Next {}

  LineReader(Body body, int maxLineBytes, long maxBytes) {
    this.body = body;
    this.in = body.uncounted();
    this.announced = body.announced();
    this.maxLineBytes = maxLineBytes;
    this.maxBytes = maxBytes;
  }

  void beforeRead(BeforeRead action) {
    beforeRead = action;
  }

  /**
   * Blocks until a line is whole, or the body has ended.
   *
   * @throws IOException if the body was cut: what came of its last line is not handed out
   * @throws ProblemException if the body is malformed from here on
   */
  Next next() throws IOException {
    while (true) {
      while (scanned < end) {
        if (buffer[scanned++] == '\n') {
          return cut(scanned - 1);
        }
      }
      if (ended) {
        return start == end && !skipping ? new End() : cut(end);
      }
      if (end - start > maxLineBytes) {
        skipping = true;
      }
      if (skipping) {
        start = end;
      }
      fill();
      if (total > maxBytes) {
        return new BodyTooLarge();
      }
    }
  }

  /**
   * Reads past what is left, up to as many bytes as a body may have. A client that reads no answer
   * before it has sent all would otherwise wait for this side, which waits for it to read.
   */
  void discard() throws IOException {
    long most = total + maxBytes;
    while (!ended && total < most) {
      start = end;
      fill();
    }
  }

  private Next cut(int lineEnd) {
    boolean tooLong = skipping || lineEnd - start > maxLineBytes;
    byte[] line = tooLong ? new byte[0] : Arrays.copyOfRange(buffer, start, lineEnd);
    skipping = false;
    start = scanned;
    return tooLong ? new TooLong() : new Line(line);
  }

  private int read() throws IOException {
    try {
      return in.read(buffer, end, buffer.length - end);
    } catch (ProblemException e) {
      throw e; // What is wrong with the body is known.
    } catch (RuntimeException e) {
      // Helidon wraps what the socket threw, or what it made of the body, in one of several.
      throw new IOException("the body was cut", e);
    }
  }

  private void fill() throws IOException {
    System.arraycopy(buffer, start, buffer, 0, end - start);
    end -= start;
    scanned -= start;
    start = 0;
    if (end == buffer.length) {
      // The buffer, and as much again for what becomes of a line that fills it.
      body.hold((long) buffer.length * Body.BYTES_PER_BYTE);
      buffer = Arrays.copyOf(buffer, buffer.length * 2);
    }
    if (total != announced) { // Otherwise this read only finds the end, and does not block.
      beforeRead.run();
    }
    int read = read();
    if (read < 0) {
      ended = true;
    } else {
      end += read;
      total += read;
    }
  }
}
