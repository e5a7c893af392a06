package io.heliograph.client.internal.read;

import io.heliograph.client.Cause;
import io.heliograph.client.SseParser;
import io.heliograph.client.internal.http.StreamRefusedException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream, cut at any byte, by the rules of the WHATWG HTML standard, section 9.2.5
 * and 9.2.6. It works on bytes and makes text only of what is text for sure. Confined to one
 * thread.
 */
public final class BlockReader {
  /** What is found, in order. The arrays are lent for the call only. */
  public interface Sink {
    /**
     * A block with data.
     *
     * @param data the lines, each with an LF at its end
     */
    void block(byte[] lastEventId, byte[] type, byte[] data, int length);

    /** A comment line. */
    void comment(String text);

    /** A block without data moved the last event id; {@code ""} clears it. */
    void positioned(String lastEventId);

    /** A valid {@code retry} field; saturated at ten digits. */
    void retry(long millis);

    /** A line that counts for nothing. */
    void dropped(SseParser.Reason why, byte[] bytes, int from, int to);
  }

  private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] ID = "id".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] RETRY = "retry".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NOTHING = {};
  private static final long MAX_RETRY_MILLIS = 9_999_999_999L;
  // Half of what most servers take as all headers of a request.
  static final int MAX_ID_BYTES = 4096;
  // What is larger is not kept between blocks: an idle stream must not pay for one long line.
  private static final int KEPT = 8192;
  private static final int MAX_ARRAY = Integer.MAX_VALUE - 8;

  private final Sink sink;
  private final int maxEventBytes;

  // A line that began in an earlier piece.
  private byte[] partial = NOTHING;
  private int partialLength;
  // The last line ended with CR: an LF right after it belongs to that end.
  private boolean skipLineFeed;
  private long lines;
  private boolean ended;

  // The block under way.
  private byte[] data = NOTHING;
  private int dataLength;
  private byte[] type = NOTHING;
  private byte @Nullable [] newId;
  // What its lines had on the wire, each with one byte for its end.
  private long blockBytes;
  // "Last event ID": survives the block, and the connection.
  private byte[] id;

  /**
   * At the beginning of a stream.
   *
   * @param lastEventId of the connection before, which this one inherits
   * @param maxEventBytes the most that the data, event and id lines of one block may have, or one
   *     line of any kind, as they came
   */
  public BlockReader(String lastEventId, int maxEventBytes, Sink sink) {
    this.id = lastEventId.getBytes(StandardCharsets.UTF_8);
    this.maxEventBytes = maxEventBytes;
    this.sink = sink;
  }

  /**
   * Reads until a block with data is out, or all is read. Each byte is looked at once.
   *
   * @return how many bytes were read
   */
  public int read(byte[] bytes, int from, int to) throws ProtocolException {
    int lineStart = from;
    for (int i = from; i < to; i++) {
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
        return lineStart - from;
      }
    }
    keep(bytes, lineStart, to);
    return to - from;
  }

  /** Whether nothing of a block or line is under way, so that blocks may go by unread. */
  boolean isBetweenBlocks() {
    return partialLength == 0
        && dataLength == 0
        && newId == null
        && type.length == 0
        && !skipLineFeed
        && lines > 0; // A stream may begin with a byte order mark.
  }

  /** Whether a block without an id inherits one. */
  boolean hasId() {
    return id.length > 0;
  }

  /** Blocks went by unread, and the last id in them is this. */
  void passed(byte[] lastEventId) {
    id = lastEventId;
  }

  /**
   * The stream ended. A server that fails writes its error as a line that nothing ends, and closes;
   * a field that was cut off is something else.
   */
  public void end() {
    if (ended || partialLength == 0 || partial[0] == ':') {
      return;
    }
    ended = true; // Who reads behind the end gets there again.
    for (byte[] name : List.of(DATA, ID, EVENT, RETRY)) {
      int common = Math.min(name.length, partialLength);
      boolean field = partialLength <= name.length || partial[name.length] == ':';
      if (field && is(Arrays.copyOf(name, common), partial, 0, common)) {
        return;
      }
    }
    lines++;
    sink.dropped(SseParser.Reason.UNKNOWN_FIELD, partial, 0, partialLength);
  }

  /** Whether the stream would end inside a block. The standard drops it then, its id included. */
  public boolean isInsideBlock() {
    boolean line = partialLength > 0 && partial[0] != ':'; // A comment belongs to no block.
    return line || dataLength > 0 || type.length > 0 || newId != null;
  }

  /** The number of the line that was read last, from 1. */
  public long lineNumber() {
    return lines;
  }

  private void keep(byte[] bytes, int from, int to) throws ProtocolException {
    int length = to - from;
    if (length == 0) {
      return;
    }
    requireRoomFor((long) partialLength + length);
    partial = withRoom(partial, partialLength, length);
    System.arraycopy(bytes, from, partial, partialLength, length);
    partialLength += length;
  }

  private static byte[] withRoom(byte[] array, int length, int more) {
    long needed = (long) length + more; // The limit may be the largest int.
    return array.length >= needed
        ? array
        : Arrays.copyOf(array, (int) Math.min(MAX_ARRAY, Math.max(64, needed * 2)));
  }

  /** Takes the line's end; true if that put a block out. */
  private boolean line(byte[] bytes, int from, int to) throws ProtocolException {
    if (partialLength == 0) {
      requireRoomFor((long) to - from); // However it was cut.
      return wholeLine(bytes, from, to);
    }
    keep(bytes, from, to);
    byte[] whole = partial;
    int length = partialLength;
    partialLength = 0;
    if (whole.length > KEPT) {
      partial = NOTHING;
    }
    return wholeLine(whole, 0, length);
  }

  private boolean wholeLine(byte[] bytes, int start, int to) throws ProtocolException {
    int from = start;
    if (lines++ == 0
        && to - from >= 3
        && bytes[from] == (byte) 0xEF
        && bytes[from + 1] == (byte) 0xBB
        && bytes[from + 2] == (byte) 0xBF) {
      from += 3;
    }
    if (from == to) {
      return endOfBlock();
    }
    if (bytes[from] == ':') {
      sink.comment(text(bytes, from + 1, to));
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

  private void field(byte[] bytes, int from, int colon, int value, int to)
      throws ProtocolException {
    if (is(DATA, bytes, from, colon)) {
      count(to - from);
      int length = to - value;
      data = withRoom(data, dataLength, length + 1);
      System.arraycopy(bytes, value, data, dataLength, length);
      dataLength += length;
      data[dataLength++] = '\n';
    } else if (is(EVENT, bytes, from, colon)) {
      count(to - from);
      type = Arrays.copyOfRange(bytes, value, to);
    } else if (is(ID, bytes, from, colon)) {
      count(to - from);
      id(bytes, from, value, to);
    } else if (is(RETRY, bytes, from, colon)) {
      retry(bytes, from, value, to);
    } else {
      sink.dropped(SseParser.Reason.UNKNOWN_FIELD, bytes, from, to);
    }
  }

  private void id(byte[] bytes, int from, int value, int to) throws ProtocolException {
    for (int i = value; i < to; i++) {
      if (bytes[i] == 0) { // "If the field value does not contain U+0000 NULL …; otherwise, ignore"
        sink.dropped(SseParser.Reason.BAD_ID, bytes, from, to);
        return;
      }
    }
    if (to - value > MAX_ID_BYTES) {
      throw new StreamRefusedException(
          new Cause.ProtocolViolation(
              "an id has "
                  + (to - value)
                  + " bytes; the limit of this client is "
                  + MAX_ID_BYTES
                  + ", because the client sends it back in a header"));
    }
    newId = Arrays.copyOfRange(bytes, value, to);
  }

  private void retry(byte[] bytes, int from, int value, int to) throws ProtocolException {
    long millis = 0;
    for (int i = value; i < to; i++) {
      if (bytes[i] < '0' || bytes[i] > '9') {
        millis = -1; // "If the field value consists of only ASCII digits …; otherwise, ignore"
        break;
      }
      millis = Math.min(MAX_RETRY_MILLIS, millis * 10 + (bytes[i] - '0'));
    }
    if (millis < 0 || value == to) {
      sink.dropped(SseParser.Reason.BAD_RETRY, bytes, from, to);
    } else {
      sink.retry(millis);
    }
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
  private boolean endOfBlock() throws ProtocolException {
    blockBytes = 0;
    byte[] moved = newId;
    byte[] ofType = type;
    newId = null;
    type = NOTHING;
    if (moved != null) {
      id = moved;
    }
    if (dataLength == 0) {
      if (ofType.length > 0) {
        sink.dropped(SseParser.Reason.NO_DATA, ofType, 0, ofType.length);
      }
      if (moved != null) {
        sink.positioned(text(moved, 0, moved.length));
      }
      return false;
    }
    byte[] all = data;
    int length = dataLength;
    dataLength = 0;
    if (all.length > KEPT) {
      data = NOTHING;
    }
    sink.block(id, ofType, all, length);
    return true;
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }

  /** Only lines of these kinds count: comments may go on for months without an empty line. */
  private void count(int line) throws ProtocolException {
    requireRoomFor(line + 1L);
    blockBytes += line + 1L;
  }

  private void requireRoomFor(long more) throws ProtocolException {
    if (blockBytes + more > maxEventBytes) {
      throw new StreamRefusedException(
          new Cause.ProtocolViolation(
              "an event is larger than "
                  + maxEventBytes
                  + " bytes; if this size is expected, raise maxEventBytes"));
    }
  }
}
