package io.heliograph.client;

import io.heliograph.client.internal.read.BlockReader;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;

/**
 * Reads an event stream from bytes that may be split anywhere, following the WHATWG HTML standard
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
  /** The default maximum size of an event: 1 MiB, as in {@link SseClient}. */
  public static final int DEFAULT_MAX_EVENT_BYTES = 1 << 20;

  /** Receives what the parser finds, in order, on the thread that feeds the parser. */
  @FunctionalInterface
  public interface Handler {
    /**
     * Receives an event.
     *
     * @param event the next event
     */
    void onEvent(Event event);

    /**
     * Receives a comment line. Does nothing by default.
     *
     * @param text everything after the colon, including a leading space
     */
    default void onComment(String text) {}

    /**
     * Receives the time to wait before a reconnection. Does nothing by default.
     *
     * @param delay in whole milliseconds, at most 9,999,999,999
     */
    default void onRetry(Duration delay) {}

    /**
     * Receives a change of the last event id by a block without data. Does nothing by default.
     *
     * @param lastEventId the new id; {@code ""} clears it
     */
    default void onLastEventId(String lastEventId) {}

    /**
     * Receives a line that the standard ignores. Does nothing by default.
     *
     * @param line the line and the reason
     */
    default void onDropped(Dropped line) {}
  }

  /**
   * A line that the standard ignores.
   *
   * @param number of the line, from 1; for {@link Reason#NO_DATA} the number of the empty line
   * @param reason why it is ignored
   * @param text the line; for {@link Reason#NO_DATA} the type of the event that was not delivered
   */
  public record Dropped(long number, Reason reason, String text) {}

  /** Why the standard ignores a line. */
  public enum Reason {
    /** The field name is not data, event, id or retry, in lower case. */
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
   * Creates a parser for the start of a stream, without an id and with the default limit.
   *
   * @param handler receives what is found
   */
  public SseParser(Handler handler) {
    this(handler, "", DEFAULT_MAX_EVENT_BYTES);
  }

  /**
   * Creates a parser for the start of a stream.
   *
   * @param handler receives what is found
   * @param lastEventId of the previous connection, which events without an id inherit; {@code ""}
   *     for none
   * @param maxEventBytes maximum size of the data, event and id lines of one event, and of any
   *     line; 1 or more
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
   * Reads a whole array; see {@link #feed(byte[], int, int)}.
   *
   * @param bytes the next bytes of the stream
   * @throws ProtocolException if an event or an id is too large
   */
  public void feed(byte[] bytes) throws ProtocolException {
    feed(bytes, 0, bytes.length);
  }

  /**
   * Reads the next bytes of the stream. The handler receives everything that they complete before
   * this method returns.
   *
   * @param bytes array with the bytes; not kept
   * @param offset of the first byte
   * @param length number of bytes
   * @throws ProtocolException if an event is larger than allowed, or an id has more than 4,096
   *     bytes; the parser cannot continue
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
   * Ends the stream. An unterminated last line that is not a field is reported to the handler,
   * because failing servers write their error this way.
   *
   * @return whether an event was incomplete; it is lost, because the standard ignores an event
   *     without a final empty line
   */
  public boolean end() {
    reader.end();
    return reader.isInsideBlock();
  }

  /**
   * {@return whether an event is incomplete} At the end of a stream an incomplete event is lost,
   * because the standard ignores an event without a final empty line.
   */
  public boolean isInsideEvent() {
    return reader.isInsideBlock();
  }

  /** {@return the number of complete lines} */
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
