package io.heliograph.client.internal.read;

import io.heliograph.client.SseParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import okio.Buffer;
import okio.Source;
import okio.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Reads an event stream by the rules of the WHATWG HTML standard and yields it again in a form that
 * okhttp-sse's parser, which fails on much of the original, reads as the standard says: lines end
 * with LF only, every block has data, and no block relies on an id that okhttp-sse has not seen.
 *
 * <p>No CR ever comes out. A stream that ends after a bare CR sends okhttp-sse 5.5.1 into a loop
 * that nothing ends, so a hostile peer could take the JVM's processors one by one.
 *
 * <p>Blocks that have this form already, which is what most servers send, are looked at and moved
 * on unchanged, many at a time. Any other goes through a {@link BlockReader} and is written anew. A
 * read yields whole blocks of one of the two kinds, and okhttp-sse reports all their events before
 * it reads again. So what its interface cannot express goes to the {@link Side} in order with the
 * events.
 *
 * <p>okhttp-sse reads what the network had in one go, a burst, to its end: {@link #await} waits for
 * the next burst, below okhttp-sse rather than inside it. A thread that waits keeps its stack, and
 * a stream waits most of the time. Confined to the thread that reads.
 */
public final class EventStreamSource implements Source, BlockReader.Sink {
  /** What the standard keeps in no event. Called by the reading thread, between the events. */
  public interface Side {
    /** The next read may wait for the network. */
    void beforeWait();

    /** Bytes came from the network, decompressed. */
    void received(long bytes);

    /** A comment line. */
    void comment(String text);

    /** A block without data moved the last event id; {@code ""} clears it. */
    void positioned(String lastEventId);

    /** A valid {@code retry} field; saturated at ten digits. */
    void retry(long millis);

    /** A line that the standard ignores, or its beginning: it is no field that a stream has. */
    void dropped(String line);

    /** The stream ended, inside a block or not. */
    void ended(boolean truncated);
  }

  private static final int CHUNK = 8192;
  private static final int MAX_SHOWN = 512; // Bytes of a dropped line: for a person.

  private final Source upstream;
  private final @Nullable Buffer buffered;
  private final Side side;
  private final int maxEventBytes;
  private final BlockReader reader;
  private final Buffer in = new Buffer();
  // A block that was written anew; null if none is to be read.
  private @Nullable Buffer out;

  // So many bytes at the front of "in" are blocks that okhttp-sse reads as they are.
  private long ready;
  // Whether okhttp-sse has seen the last event id, or there is none.
  private boolean idIsKnown;

  /**
   * Reads from a body.
   *
   * @param buffered what of it can be read without waiting; null if that is unknown
   * @param lastEventId of the connection before, which this one inherits
   * @param maxEventBytes the most that the data, event and id lines of one block may have, or one
   *     line of any kind, as they came
   */
  public EventStreamSource(
      Source upstream,
      @Nullable Buffer buffered,
      String lastEventId,
      int maxEventBytes,
      Side side) {
    this.upstream = upstream;
    this.buffered = buffered;
    this.maxEventBytes = maxEventBytes;
    this.side = side;
    this.idIsKnown = lastEventId.isEmpty();
    this.reader = new BlockReader(lastEventId, maxEventBytes, this);
  }

  /**
   * Waits until there is a burst to read. Tells the side what is before its first event.
   *
   * @return false at the end of the stream
   */
  public boolean await() throws IOException {
    idIsKnown = !reader.hasId(); // Another okhttp-sse reads this burst.
    while (out == null && ready == 0) {
      if (in.exhausted()) {
        if (wouldWait()) {
          side.beforeWait();
        }
        // Not in a method of its own: this is where the thread waits, with all its frames.
        long count = upstream.read(in, CHUNK);
        if (count < 0) {
          reader.end();
          side.ended(reader.isInsideBlock());
          return false;
        }
        side.received(count);
      }
      parse();
    }
    return true;
  }

  private boolean wouldWait() {
    return buffered == null || buffered.exhausted();
  }

  /** Yields what is there, and ends with the burst. */
  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    while (true) {
      Buffer block = out;
      if (block != null) {
        long count = block.read(sink, byteCount);
        out = block.exhausted() ? null : block;
        return count;
      }
      if (ready > 0) {
        long count = Math.min(ready, byteCount);
        sink.write(in, count);
        ready -= count;
        return count;
      }
      if (in.exhausted()) {
        return -1;
      }
      parse();
    }
  }

  @Override
  public Timeout timeout() {
    return upstream.timeout();
  }

  /** Does nothing: the end of a burst is not that of the stream. */
  @Override
  public void close() {}

  /** Looks at {@code in} until something is to be read from it or from {@code out}, or all is. */
  private void parse() throws IOException {
    long consumed = 0;
    try (var cursor = in.readUnsafe(new Buffer.UnsafeCursor())) { // Not kept: streams are idle.
      cursor.next();
      byte[] bytes = Objects.requireNonNull(cursor.data);
      if (reader.isBetweenBlocks()) {
        ready = (long) plainBlocks(bytes, cursor.start, cursor.end) - cursor.start;
      }
      if (ready == 0) {
        consumed = reader.read(bytes, cursor.start, cursor.end);
      }
    }
    in.skip(consumed);
  }

  /**
   * The end of the whole blocks, from the start on, that okhttp-sse reads as the standard says:
   * nothing but {@code data}, {@code event} and {@code id} lines that end with LF, with data, an id
   * that counts or one that it knows, and no larger than is allowed.
   */
  private int plainBlocks(byte[] bytes, int start, int end) {
    // A search for one character in a string of this kind is what every JVM does fastest.
    var text = new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
    int bareEnd = text.indexOf('\r');
    int to = bareEnd < 0 ? end : start + bareEnd;
    int blocksEnd = start;
    int idFrom = 0;
    int idTo = 0;
    boolean known = idIsKnown;
    // Of the block under way.
    int newIdFrom = 0;
    int newIdTo = 0;
    boolean hasData = false;
    int line = start;
    while (line < to) {
      byte first = bytes[line];
      if (first == '\n') {
        if (!hasData || !(known || newIdTo > 0) || line - blocksEnd > maxEventBytes) {
          break;
        }
        known = true;
        if (newIdTo > 0) {
          idFrom = newIdFrom;
          idTo = newIdTo;
        }
        line++;
        blocksEnd = line;
        hasData = false;
        newIdTo = 0;
        continue;
      }
      int value = first == 'd' ? line + 5 : first == 'e' ? line + 6 : line + 3;
      if (value > to || !isField(bytes, line, first)) {
        break;
      }
      int lineEnd = start + text.indexOf('\n', value - start);
      if (lineEnd < start || lineEnd >= to) {
        break;
      }
      if (first == 'i') {
        newIdFrom = bytes[value] == ' ' ? value + 1 : value;
        newIdTo = lineEnd;
        if (!isPlainId(bytes, newIdFrom, newIdTo)) {
          break; // Rare enough to be left to the other.
        }
      } else {
        hasData |= first == 'd';
      }
      line = lineEnd + 1;
    }
    if (blocksEnd > start) {
      idIsKnown = known;
      if (idTo > 0) {
        reader.passed(Arrays.copyOfRange(bytes, idFrom, idTo));
      }
    }
    return blocksEnd;
  }

  /** Whether it moves the position, and no more than that. */
  private static boolean isPlainId(byte[] bytes, int from, int to) {
    if (from == to || to - from > BlockReader.MAX_ID_BYTES) {
      return false;
    }
    for (int i = from; i < to; i++) {
      if (bytes[i] == 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean isField(byte[] bytes, int i, byte first) {
    if (first == 'd') {
      return bytes[i + 1] == 'a'
          && bytes[i + 2] == 't'
          && bytes[i + 3] == 'a'
          && bytes[i + 4] == ':';
    }
    if (first == 'e') {
      return bytes[i + 1] == 'v'
          && bytes[i + 2] == 'e'
          && bytes[i + 3] == 'n'
          && bytes[i + 4] == 't'
          && bytes[i + 5] == ':';
    }
    return first == 'i' && bytes[i + 1] == 'd' && bytes[i + 2] == ':';
  }

  // ---- BlockReader.Sink

  @Override
  public void block(byte[] id, byte[] type, byte[] data, int length) {
    var block = new Buffer();
    block.writeUtf8("id");
    if (id.length > 0) {
      block.writeUtf8(": ").write(id);
    }
    block.writeByte('\n');
    idIsKnown = true;
    if (type.length > 0) {
      block.writeUtf8("event: ").write(type).writeByte('\n');
    }
    int line = 0;
    for (int i = 0; i < length; i++) {
      if (data[i] == '\n') {
        block.writeUtf8("data: ").write(data, line, i + 1 - line);
        line = i + 1;
      }
    }
    block.writeByte('\n');
    out = block;
  }

  @Override
  public void comment(String text) {
    side.comment(text);
  }

  @Override
  public void positioned(String lastEventId) {
    idIsKnown = false;
    side.positioned(lastEventId);
  }

  @Override
  public void retry(long millis) {
    side.retry(millis);
  }

  @Override
  public void dropped(SseParser.Reason why, byte[] bytes, int from, int to) {
    if (why != SseParser.Reason.NO_DATA) { // Harmless: servers send it as a heartbeat.
      int shown = Math.min(to - from, MAX_SHOWN);
      side.dropped(new String(bytes, from, shown, StandardCharsets.UTF_8));
    }
  }
}
