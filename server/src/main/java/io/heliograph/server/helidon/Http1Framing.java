package io.heliograph.server.helidon;

import io.helidon.http.RequestException;
import io.helidon.http.Status;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds where each request of an HTTP/1.1 connection ends (RFC 9112, sections 2 to 7), and refuses
 * what another reader could take for something else: the first wrong byte ends the connection with
 * an answer.
 *
 * <p>Helidon 4.5 reads the requests after this. Its own decoder of chunks refuses lawful trailers
 * and extensions, accepts signed sizes, and takes a chunk into memory whole; so chunks are decoded
 * here and handed on as new ones: a piece for each read of the socket, without extensions and
 * trailers.
 *
 * <p>Holds one head, or the rest of one read.
 *
 * <p>Can go when Helidon itself refuses what {@code RefusedRequestsTest} sends, and takes what is
 * lawful there.
 */
final class Http1Framing {

  /** The longest request line in bytes; RFC 9112, section 3, asks for 8000 at least. */
  static final int MAX_LINE_BYTES = 8 * 1024;

  /** The most bytes of all header lines of a request, or of all its trailers. */
  static final int MAX_FIELDS_BYTES = 16 * 1024;

  private static final int MAX_SIZE_DIGITS = 16;
  private static final byte[] NOTHING = {};
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] HEAD = "HEAD ".getBytes(StandardCharsets.US_ASCII);

  private enum State {
    HEAD,
    /** The rest of a body whose length was announced. */
    LENGTH,
    SIZE,
    AFTER_SIZE,
    EXTENSION,
    SIZE_LF,
    DATA,
    DATA_CR,
    DATA_LF,
    TRAILERS,
    PASS_THROUGH
  }

  private final Supplier<byte @Nullable []> source;
  private final Runnable awaitsRequest;

  // What came and was not handed on: from at to limit.
  private byte[] in = NOTHING;
  private int at;
  private int limit;

  private State state = State.HEAD;
  private boolean isHead;

  // Of the body, or of the chunk that is being read.
  private long left;
  private int digits;
  private final ChunkExtensions extensions = new ChunkExtensions();

  private @Nullable RequestException refusal;

  /**
   * Starts where a request begins.
   *
   * @param source answers what came next, never an empty array; null once the peer has ended
   * @param awaitsRequest run before nothing but the next request is waited for; what it throws ends
   *     the call, which may be repeated
   */
  Http1Framing(Supplier<byte @Nullable []> source, Runnable awaitsRequest) {
    this.source = source;
    this.awaitsRequest = awaitsRequest;
  }

  /**
   * A whole head, or a piece of a body; blocks until there is one.
   *
   * @return null if the peer has ended
   * @throws RequestException if what came is refused; again at every further call
   */
  byte @Nullable [] next() {
    if (refusal != null) {
      throw refusal;
    }
    try {
      return switch (state) {
        case HEAD -> head();
        case LENGTH -> rest();
        case PASS_THROUGH -> all();
        default -> chunk();
      };
    } catch (RequestException e) {
      refusal = e;
      isHead = state == State.HEAD ? isHead(in, at, limit) : isHead;
      in = NOTHING;
      throw e;
    }
  }

  /** Whether the method of the latest request is HEAD, even if its head was refused. */
  boolean isHead() {
    return isHead;
  }

  /** Answers how many bytes it holds. */
  int passThrough() {
    state = State.PASS_THROUGH;
    return limit - at;
  }

  private byte @Nullable [] head() {
    if (isEmpty()) {
      awaitsRequest.run();
    }
    var head = new Http1Head();
    byte[] lines = section(head);
    if (lines == null) {
      return null;
    }
    isHead = isHead(lines, 0, lines.length);
    if (head.isChunked()) {
      beginSize();
    } else if (head.contentLength() > 0) {
      left = head.contentLength();
      state = State.LENGTH;
    }
    return head.hasBlankLine() ? Arrays.copyOfRange(lines, 2, lines.length) : lines;
  }

  private static boolean isHead(byte[] lines, int from, int to) {
    int line = from < to && lines[from] == '\r' ? from + 2 : from;
    int end = line + HEAD.length;
    return end <= to && Arrays.equals(lines, line, end, HEAD, 0, HEAD.length);
  }

  private byte @Nullable [] rest() {
    if (isEmpty() && !fill()) {
      return null;
    }
    byte[] piece = take((int) Math.min(left, limit - at));
    left -= piece.length;
    if (left == 0) {
      state = State.HEAD;
    }
    return piece;
  }

  private byte @Nullable [] all() {
    return isEmpty() && !fill() ? null : take(limit - at);
  }

  private byte @Nullable [] chunk() {
    while (true) {
      if (isEmpty() && !fill()) {
        return null;
      }
      switch (state) {
        case DATA -> {
          return piece();
        }
        case DATA_CR -> expect('\r', State.DATA_LF);
        case DATA_LF -> {
          expect('\n', State.SIZE);
          beginSize();
        }
        case TRAILERS -> {
          if (section(Http1Head.trailers()) == null) {
            return null;
          }
          state = State.HEAD;
          return LAST_CHUNK;
        }
        default -> size(in[at++]);
      }
    }
  }

  /** What is there of a chunk, as a chunk of its own. */
  private byte[] piece() {
    int length = (int) Math.min(left, limit - at);
    byte[] size = (Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII);
    byte[] piece = Arrays.copyOf(size, size.length + length + 2);
    System.arraycopy(in, at, piece, size.length, length);
    piece[piece.length - 2] = '\r';
    piece[piece.length - 1] = '\n';
    at += length;
    left -= length;
    if (left == 0) {
      state = State.DATA_CR;
    }
    return piece;
  }

  private void beginSize() {
    state = State.SIZE;
    left = 0;
    digits = 0;
    extensions.reset();
  }

  /** A byte of a line with the size of a chunk (RFC 9112, section 7.1). */
  private void size(byte b) {
    boolean blank = b == ' ' || b == '\t';
    switch (state) {
      case SIZE -> {
        int digit = b < 0 ? -1 : Character.digit(b, 16);
        if (digit >= 0) {
          left = left * 16 + digit;
          if (++digits > MAX_SIZE_DIGITS || left > Integer.MAX_VALUE) {
            throw malformed("The chunk size is too large.");
          }
        } else if (digits == 0) {
          throw malformed("The chunk size contains a byte that is not a hexadecimal digit.");
        } else {
          afterSize(b, blank);
        }
      }
      case AFTER_SIZE -> afterSize(b, blank);
      case EXTENSION -> state = extensions.endsWith(b) ? State.SIZE_LF : state;
      default -> {
        if (b != '\n') {
          throw malformed("The chunk size ends with CR without LF.");
        }
        state = left == 0 ? State.TRAILERS : State.DATA;
      }
    }
  }

  private void afterSize(byte b, boolean blank) {
    if (b == ';') {
      state = State.EXTENSION;
      extensions.begin();
    } else if (blank && extensions.toleratesBlank()) {
      state = State.AFTER_SIZE; // Only before an extension, and only by those who must be forgiven.
    } else if (b == '\r' && state == State.SIZE) {
      state = State.SIZE_LF;
    } else {
      throw malformed("The chunk size contains a byte that is not a hexadecimal digit.");
    }
  }

  private void expect(char wanted, State then) {
    if (in[at++] != wanted) {
      throw malformed("The chunk is longer than its size.");
    }
    state = then;
  }

  /** Lines up to the empty one, with it; null if the peer has ended before. */
  private byte @Nullable [] section(Http1Head head) {
    int line = at;
    int next = at;
    while (true) {
      while (next < limit) {
        byte b = in[next++];
        if (b == '\n') {
          if (next - 2 < line || in[next - 2] != '\r') {
            throw malformed("A line ends with LF without a preceding CR.");
          }
          boolean last = head.line(in, line, next - 2);
          line = next;
          if (last) {
            return take(next - at);
          }
        } else if (next - 2 >= line && in[next - 2] == '\r') {
          throw malformed("A line contains a CR without a following LF.");
        } else {
          head.accept(b, next - line);
        }
      }
      int before = at;
      if (!append()) {
        return null;
      }
      line -= before - at;
      next -= before - at;
    }
  }

  private boolean isEmpty() {
    return at == limit;
  }

  private byte[] take(int length) {
    byte[] taken = at == 0 && length == in.length ? in : Arrays.copyOfRange(in, at, at + length);
    at += length;
    if (at == limit) {
      in = NOTHING; // An idle connection holds no buffer.
      at = 0;
      limit = 0;
    }
    return taken;
  }

  private boolean fill() {
    byte[] more = source.get();
    if (more == null) {
      return false;
    }
    in = more;
    at = 0;
    limit = more.length;
    return true;
  }

  private boolean append() {
    if (isEmpty()) {
      return fill();
    }
    byte[] more = source.get();
    if (more == null) {
      return false;
    }
    int held = limit - at;
    byte[] room = in.length - held >= more.length ? in : new byte[(held + more.length) * 2];
    System.arraycopy(in, at, room, 0, held);
    System.arraycopy(more, 0, room, held, more.length);
    in = room;
    at = 0;
    limit = held + more.length;
    return true;
  }

  static RequestException malformed(String message) {
    return Http1Head.refused(Status.BAD_REQUEST_400, message);
  }
}
