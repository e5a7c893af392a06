package io.heliograph.client;

import io.heliograph.client.internal.read.BlockReader;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/**
 * Reads an event stream from bytes, wherever they are cut, by the rules of the WHATWG HTML standard
 * (<a
 * href="https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream">
 * section 9.2.5 and 9.2.6</a>). For captures, proxies and tests; an {@link SseClient} reads its
 * streams with the same code.
 *
 * <pre>{@code
 * var parser = new SseParser(event -> System.out.println(event.data()));
 * parser.feed("data: hello\n\n".getBytes(UTF_8));
 * }</pre>
 *
 * <p>Bytes that are not UTF-8 become U+FFFD. The parser holds one event at most. Not thread-safe.
 */
public final class SseParser {
  /** The largest event unless the parser is told otherwise: 1 MiB, as for {@link SseClient}. */
  public static final int DEFAULT_MAX_EVENT_BYTES = 1 << 20;

  /** Takes what is found, in order, on the thread that feeds the parser. */
  @FunctionalInterface
  public interface Handler {
    /**
     * An event.
     *
     * @param event the next one
     */
    void onEvent(Event event);

    /**
     * A comment line. Does nothing by default.
     *
     * @param text what follows the colon, a space included
     */
    default void onComment(String text) {}

    /**
     * The server says how long to wait before a reconnection. Does nothing by default.
     *
     * @param delay in whole milliseconds, at most 9,999,999,999
     */
    default void onRetry(Duration delay) {}

    /**
     * A block without data moved the last event id. Does nothing by default.
     *
     * @param lastEventId the new one; {@code ""} clears it
     */
    default void onLastEventId(String lastEventId) {}

    /**
     * The standard drops a line without a word. Does nothing by default.
     *
     * @param line which one, and why
     */
    default void onDropped(Dropped line) {}
  }

  /**
   * A line that the standard drops.
   *
   * @param number of the line, from 1; for {@link Reason#NO_DATA} that of the empty line
   * @param reason why it is dropped
   * @param text the line; for {@link Reason#NO_DATA} the type of the event that is none
   */
  public record Dropped(long number, Reason reason, String text) {}

  /** Why the standard drops a line. */
  public enum Reason {
    /** There is no field of that name: it is none of data, event, id and retry, in lower case. */
    UNKNOWN_FIELD,
    /** An id that contains a NUL. */
    BAD_ID,
    /** A retry that is not all ASCII digits. */
    BAD_RETRY,
    /** An event field in a block without a data line. */
    NO_DATA
  }

  private final Handler handler;
  private final BlockReader reader;

  /**
   * At the beginning of a stream, without an id and with the default limit.
   *
   * @param handler gets what is found
   */
  public SseParser(Handler handler) {
    this(handler, "", DEFAULT_MAX_EVENT_BYTES);
  }

  /**
   * At the beginning of a stream.
   *
   * @param handler gets what is found
   * @param lastEventId of the connection before, which events without an id inherit; {@code ""} for
   *     none
   * @param maxEventBytes the most that the data, event and id lines of one event, or one line of
   *     any kind, may have; 1 and more
   * @throws IllegalArgumentException if the limit is below 1
   */
  public SseParser(Handler handler, String lastEventId, int maxEventBytes) {
    if (maxEventBytes < 1) {
      throw new IllegalArgumentException(
          "maxEventBytes is " + maxEventBytes + "; allowed: 1 or more");
    }
    this.handler = Objects.requireNonNull(handler, "handler");
    this.reader =
        new BlockReader(
            Objects.requireNonNull(lastEventId, "lastEventId"), maxEventBytes, new Found());
  }

  /**
   * Reads all of an array; see {@link #feed(byte[], int, int)}.
   *
   * @param bytes the next ones of the stream
   * @throws ProtocolException if an event or an id is too large
   */
  public void feed(byte[] bytes) throws ProtocolException {
    feed(bytes, 0, bytes.length);
  }

  /**
   * Reads the next bytes of the stream. What they complete goes to the handler before this returns.
   *
   * @param bytes hold them; not kept
   * @param offset of the first one
   * @param length how many
   * @throws ProtocolException if an event is larger than allowed, or an id has more than 4,096
   *     bytes; the stream cannot be read on
   * @throws IndexOutOfBoundsException if that part is not in the array
   */
  public void feed(byte[] bytes, int offset, int length) throws ProtocolException {
    Objects.checkFromIndexSize(offset, length, bytes.length);
    int from = offset;
    while (from < offset + length) {
      from += reader.read(bytes, from, offset + length);
    }
  }

  /**
   * The stream has ended: a last line without an end that is no field goes to the handler, because
   * servers that fail write their error so.
   *
   * @return whether an event was under way, which is lost: the standard drops what no empty line
   *     ended
   */
  public boolean end() {
    reader.end();
    return reader.isInsideBlock();
  }

  /**
   * {@return whether an event is under way} At the end of a stream it is lost then: the standard
   * drops what no empty line ended.
   */
  public boolean isInsideEvent() {
    return reader.isInsideBlock();
  }

  /** {@return how many lines have ended} */
  public long lines() {
    return reader.lineNumber();
  }

  private final class Found implements BlockReader.Sink {
    @Override
    public void block(byte[] lastEventId, byte[] type, byte[] data, int length) {
      handler.onEvent(
          new Event(
              type.length == 0 ? "message" : text(type, 0, type.length),
              text(data, 0, length - 1), // Without the LF after the last line.
              text(lastEventId, 0, lastEventId.length)));
    }

    @Override
    public void comment(String text) {
      handler.onComment(text);
    }

    @Override
    public void positioned(String lastEventId) {
      handler.onLastEventId(lastEventId);
    }

    @Override
    public void retry(long millis) {
      handler.onRetry(Duration.ofMillis(millis));
    }

    @Override
    public void dropped(Reason why, byte[] bytes, int from, int to) {
      handler.onDropped(new Dropped(reader.lineNumber(), why, text(bytes, from, to)));
    }
  }

  private static String text(byte[] bytes, int from, int to) {
    return new String(bytes, from, to - from, StandardCharsets.UTF_8);
  }
}
