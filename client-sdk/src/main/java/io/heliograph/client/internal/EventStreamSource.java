package io.heliograph.client.internal;

import io.heliograph.client.Cause;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import okio.Buffer;
import okio.Source;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream by the line rules of the WHATWG HTML standard, section 9.2.5 and 9.2.6, and
 * yields it again in one canonical form for okhttp-sse's parser, which fails on much of the
 * original: lines end with LF only, every block has data, and says its id, kept or new.
 *
 * <p>No CR ever comes out. A stream that ends after a bare CR sends okhttp-sse 5.5.1 into a loop
 * that nothing ends, so a hostile peer could take the JVM's processors one by one.
 *
 * <p>A read yields bytes of one block only, and okhttp-sse reports the event before it reads again.
 * So what its interface cannot express goes to the {@link Side} in order with the events. Confined
 * to the thread that reads.
 */
final class EventStreamSource implements Source {
  /** What the standard keeps in no event. Called by the reading thread, between the events. */
  interface Side {
    /** Bytes came from the network, decompressed. */
    void received(long bytes);

    /** A comment line. */
    void comment(String text) throws IOException;

    /** A block without data moved the last event id; {@code ""} clears it. */
    void positioned(String lastEventId) throws IOException;

    /** A line that the standard ignores, or its beginning: it is no field that a stream has. */
    void dropped(String line);

    /** A valid {@code retry} field; saturated at ten digits. */
    void retry(long millis);

    /** The stream ended, inside a block or not. */
    void ended(boolean truncated);

    /** The reader let go of the stream, whatever the reason. */
    void released();
  }

  private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ID = "id".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RETRY = "retry".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final long MAX_RETRY_MILLIS = 9_999_999_999L;
  // Half of what most servers take as all headers of a request.
  private static final int MAX_ID_BYTES = 4096;
  private static final int MAX_SHOWN = 512; // Bytes of a dropped line: for a person.
  private static final int CHUNK = 8192;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final Source upstream;
  private final Side side;
  private final int maxEventBytes;
  private final Buffer in = new Buffer();
  private final Buffer out = new Buffer();
  private final Buffer.UnsafeCursor cursor = new Buffer.UnsafeCursor();

  // A line that began in an earlier chunk.
  private byte[] partial = NOTHING;
  private int partialLength;
  // The last line ended with CR: an LF right after it belongs to that end.
  private boolean skipLineFeed;
  private boolean firstLine = true;
  private boolean ended;

  // The block under way; its data lines stand in canonical form already.
  private final Buffer data = new Buffer();
  private byte[] type = NOTHING;
  private byte @Nullable [] newId;
  // What its lines had on the wire, each with one byte for its end.
  private long blockBytes;
  // "Last event ID": survives the block, and the connection.
  private byte[] id;

  /**
   * Reads from a body.
   *
   * @param lastEventId of the connection before, which this one inherits
   * @param maxEventBytes the most that the data, event and id lines of one block may have, or one
   *     line of any kind, as they came
   */
  EventStreamSource(Source upstream, String lastEventId, int maxEventBytes, Side side) {
    this.upstream = upstream;
    this.id = lastEventId.getBytes(StandardCharsets.UTF_8);
    this.maxEventBytes = maxEventBytes;
    this.side = side;
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    while (out.exhausted()) {
      if (in.exhausted()) {
        long count = upstream.read(in, CHUNK);
        if (count < 0) {
          lastLine();
          // The standard drops a block that no empty line ended, its id included.
          side.ended(partialLength > 0 || !data.exhausted() || type.length > 0 || newId != null);
          return -1;
        }
        side.received(count);
      }
      parse();
    }
    return out.read(sink, byteCount);
  }

  @Override
  public Timeout timeout() {
    return upstream.timeout();
  }

  @Override
  public void close() throws IOException {
    try {
      upstream.close();
    } finally {
      side.released();
    }
  }

  /** Consumes {@code in} until it is empty or a block is out. Each byte is looked at once. */
  private void parse() throws IOException {
    long consumed = 0;
    in.readUnsafe(cursor);
    try {
      scan:
      while (cursor.next() >= 0) {
        byte[] bytes = Objects.requireNonNull(cursor.data);
        int lineStart = cursor.start;
        int end = cursor.end;
        for (int i = lineStart; i < end; i++) {
          byte b = bytes[i];
          if (b != '\n' && b != '\r') {
            skipLineFeed = false;
            continue;
          }
          if (b == '\n' && skipLineFeed) {
            skipLineFeed = false;
            lineStart = i + 1;
            continue;
          }
          skipLineFeed = b == '\r';
          boolean blockIsOut = line(bytes, lineStart, i);
          lineStart = i + 1;
          if (blockIsOut) {
            consumed += lineStart - cursor.start;
            break scan;
          }
        }
        keep(bytes, lineStart, end);
        consumed += end - cursor.start;
      }
    } finally {
      cursor.close();
    }
    in.skip(consumed);
  }

  private void keep(byte[] bytes, int from, int to) throws IOException {
    int length = to - from;
    if (length == 0) {
      return;
    }
    long needed = (long) partialLength + length; // The limit may be the largest int.
    requireRoomFor(needed);
    if (partial.length < needed) {
      partial = Arrays.copyOf(partial, (int) Math.min(MAX_ARRAY, Math.max(256, needed * 2)));
    }
    System.arraycopy(bytes, from, partial, partialLength, length);
    partialLength += length;
  }

  /** Takes the line's end; true if that put a block out. */
  private boolean line(byte[] bytes, int from, int to) throws IOException {
    if (partialLength == 0) {
      return wholeLine(bytes, from, to);
    }
    keep(bytes, from, to);
    byte[] whole = partial;
    int length = partialLength;
    partialLength = 0;
    if (whole.length > CHUNK) {
      partial = NOTHING; // One long line must not cost an idle stream its memory.
    }
    return wholeLine(whole, 0, length);
  }

  private boolean wholeLine(byte[] bytes, int start, int to) throws IOException {
    int from = start;
    if (firstLine) {
      firstLine = false;
      if (to - from >= 3
          && bytes[from] == (byte) 0xEF
          && bytes[from + 1] == (byte) 0xBB
          && bytes[from + 2] == (byte) 0xBF) {
        from += 3;
      }
    }
    if (from == to) {
      return endOfBlock();
    }
    if (bytes[from] == ':') {
      side.comment(new String(bytes, from + 1, to - from - 1, StandardCharsets.UTF_8));
      return false;
    }
    int colon = from;
    while (colon < to && bytes[colon] != ':') {
      colon++;
    }
    int value = Math.min(colon + 1, to);
    if (value < to && bytes[value] == ' ') {
      value++;
    }
    field(bytes, from, colon, value, to);
    return false;
  }

  private void field(byte[] bytes, int from, int colon, int value, int to) throws IOException {
    if (is(DATA, bytes, from, colon)) {
      count(to - from);
      data.writeUtf8("data: ").write(bytes, value, to - value).writeByte('\n');
    } else if (is(EVENT, bytes, from, colon)) {
      count(to - from);
      type = Arrays.copyOfRange(bytes, value, to);
    } else if (is(ID, bytes, from, colon)) {
      count(to - from);
      for (int i = value; i < to; i++) {
        if (bytes[i] == 0) {
          drop(bytes, from, to);
          return; // "If the field value does not contain U+0000 NULL …; otherwise, ignore"
        }
      }
      if (to - value > MAX_ID_BYTES) {
        throw new StreamRefusedException(
            new Cause.ProtocolViolation(
                "an id has "
                    + (to - value)
                    + " bytes; the most that this client takes is "
                    + MAX_ID_BYTES
                    + ", because it comes back to the server as a header"));
      }
      newId = Arrays.copyOfRange(bytes, value, to);
    } else if (is(RETRY, bytes, from, colon) && value < to) {
      long millis = 0;
      for (int i = value; i < to; i++) {
        if (bytes[i] < '0' || bytes[i] > '9') {
          drop(bytes, from, to);
          return; // "If the field value consists of only ASCII digits …; otherwise, ignore"
        }
        millis = Math.min(MAX_RETRY_MILLIS, millis * 10 + (bytes[i] - '0'));
      }
      side.retry(millis);
    } else {
      drop(bytes, from, to); // "Otherwise: The field is ignored."
    }
  }

  private void drop(byte[] bytes, int from, int to) {
    int shown = Math.min(to - from, MAX_SHOWN);
    side.dropped(new String(bytes, from, shown, StandardCharsets.UTF_8));
  }

  /** A line that nothing ended: a server that fails writes its error so, and closes. */
  private void lastLine() {
    if (ended || partialLength == 0 || partial[0] == ':') {
      return;
    }
    ended = true; // Who reads behind the end gets there again.
    for (byte[] name : List.of(DATA, ID, EVENT, RETRY)) {
      int common = Math.min(name.length, partialLength);
      boolean field = partialLength <= name.length || partial[name.length] == ':';
      if (field && is(Arrays.copyOf(name, common), partial, 0, common)) {
        return; // Cut off, which is something else.
      }
    }
    drop(partial, 0, partialLength);
  }

  private static boolean is(byte[] name, byte[] bytes, int from, int to) {
    if (to - from != name.length) {
      return false;
    }
    for (int i = 0; i < name.length; i++) { // Arrays.equals with ranges is not on Android 8.
      if (name[i] != bytes[from + i]) {
        return false;
      }
    }
    return true;
  }

  /** The empty line; true if that put a block out. */
  private boolean endOfBlock() throws IOException {
    blockBytes = 0;
    byte[] moved = newId;
    if (moved != null) {
      id = moved;
      newId = null;
    }
    if (data.exhausted()) {
      type = NOTHING;
      if (moved != null) {
        side.positioned(new String(moved, StandardCharsets.UTF_8));
      }
      return false;
    }
    out.writeUtf8("id");
    if (id.length > 0) {
      out.writeUtf8(": ").write(id);
    }
    out.writeByte('\n');
    if (type.length > 0) {
      out.writeUtf8("event: ").write(type).writeByte('\n');
      type = NOTHING;
    }
    out.write(data, data.size());
    out.writeByte('\n');
    return true;
  }

  /** Only lines of these kinds count: comments may go on for months without an empty line. */
  private void count(int line) throws IOException {
    requireRoomFor(line + 1L);
    blockBytes += line + 1L;
  }

  private void requireRoomFor(long more) throws IOException {
    if (blockBytes + more > maxEventBytes) {
      throw new StreamRefusedException(
          new Cause.ProtocolViolation(
              "an event is larger than "
                  + maxEventBytes
                  + " bytes; if that is right, raise maxEventBytes"));
    }
  }
}
