package io.heliograph.server.request;

import io.helidon.common.buffers.DataReader;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.heliograph.server.limit.BodyMemory;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.function.Supplier;

/**
 * A request body, read in pieces that count against the memory of all bodies until it is closed.
 * Handlers create it, so nothing is read before its sender is authorized. Confined to the request's
 * thread.
 */
public final class Body implements AutoCloseable {

  private static final int PIECE_BYTES = 16 * 1024;

  // A byte of a body is there as such, as text, as what was parsed and as what a log keeps.
  public static final int BYTES_PER_BYTE = 4;

  private final ServerRequest request;
  private final BodyMemory.Part part;

  public Body(ServerRequest request, Guards guards) {
    this.request = request;
    this.part = guards.bodies().open();
  }

  /**
   * Reads the whole body.
   *
   * @param tooLarge exception if it has more than {@code most} bytes
   */
  public byte[] bytes(int most, Supplier<ProblemException> tooLarge) {
    int announced = refuseIfAnnounced(most, tooLarge);
    try (InputStream in = in(most, tooLarge)) {
      if (announced >= 0 && announced <= PIECE_BYTES) {
        return in.readNBytes(announced);
      }
      var bytes = new ByteArrayOutputStream(PIECE_BYTES);
      in.transferTo(bytes);
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new CloseConnectionException(
          "The client disconnected before the end of its request body.", e);
    }
  }

  /** How many bytes the body has according to the head, or -1 if the head does not say. */
  public long announced() {
    return request.headers().contentLength().orElse(-1);
  }

  /** Opens the body. A sender that waits for 100 Continue receives it now. */
  private int refuseIfAnnounced(long most, Supplier<ProblemException> tooLarge) {
    long announced = announced();
    if (announced > most) {
      throw tooLarge.get();
    }
    return (int) announced;
  }

  /**
   * The body as a stream. Bytes that were read stay counted.
   *
   * @param tooLarge exception once there are more than {@code most} bytes
   */
  public InputStream in(long most, Supplier<ProblemException> tooLarge) {
    int announced = refuseIfAnnounced(most, tooLarge);
    if (announced > 0) {
      // All at once, so that of many that come together some get through, and the others are
      // refused unread, instead of all of them half read.
      hold((long) announced * BYTES_PER_BYTE);
    }
    return request.content().hasEntity()
        ? new Counted(request.content().inputStream(), most, tooLarge, announced < 0)
        : InputStream.nullInputStream();
  }

  /** The body as a stream whose reader counts its memory itself, with {@link #hold}. */
  public InputStream uncounted() {
    return request.content().hasEntity()
        ? new Whole(request.content().inputStream())
        : InputStream.nullInputStream();
  }

  /**
   * Counts memory that is used because of the body.
   *
   * @throws ProblemException if there is not enough
   */
  public void hold(long bytes) {
    if (!part.grow(bytes)) {
      throw Problem.OVERLOADED.because(
          "The memory for request bodies is used up by other requests. Retry later, with a"
              + " smaller body if this one is large.");
    }
  }

  /** The memory of the request, for responses that wait for their reader. */
  public BodyMemory.Part part() {
    return part;
  }

  @Override
  public void close() {
    part.close();
  }

  /** Translates errors of reading a body. */
  private static class Whole extends FilterInputStream {
    Whole(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      var one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        return super.read(bytes, offset, length);
      } catch (DataReader.InsufficientDataAvailableException | UncheckedIOException e) {
        throw new IOException("The client disconnected before the end of its request body.", e);
      }
    }
  }

  private final class Counted extends Whole {
    private final long most;
    private final Supplier<ProblemException> tooLarge;
    private final boolean holds;
    private long total;

    Counted(InputStream in, long most, Supplier<ProblemException> tooLarge, boolean holds) {
      super(in);
      this.holds = holds;
      this.most = most;
      this.tooLarge = tooLarge;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int read = super.read(bytes, offset, Math.min(length, PIECE_BYTES));
      if (read > 0) {
        total += read;
        if (total > most) {
          throw tooLarge.get();
        }
        if (holds) {
          hold((long) read * BYTES_PER_BYTE);
        }
      }
      return read;
    }
  }
}
