package io.heliograph.server.event;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An event with its position. Its {@code event:} and {@code data:} lines are encoded here, once.
 * Every connection writes these same bytes after its own {@code id:} line. The block of an event
 * with a {@link Event#trace} begins with a comment line that has it; other events pay nothing.
 *
 * <p>Immutable by convention: {@link #bytes} are shared and not copied, because they are used for
 * every delivery. Do not write to them.
 */
public final class StoredEvent {

  private static final byte[] TRACE = ": traceparent ".getBytes(StandardCharsets.US_ASCII);
  private static final int TRACE_LENGTH = TRACE.length + TraceParent.LENGTH + 1;
  private static final byte[] EVENT_FIELD = "event: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA_FIELD = "data: ".getBytes(StandardCharsets.US_ASCII);

  private static final long FOR_EVER = Long.MAX_VALUE;

  private final Position position;
  private final boolean ephemeral;
  private final long appendedNanos;
  private final long ttlNanos;
  private final byte[] bytes;
  private final int offset;
  private final int length;
  private final @Nullable IdempotencyKey key;
  private final @Nullable AtomicInteger holders;

  private StoredEvent(
      Position position,
      boolean ephemeral,
      long appendedNanos,
      long ttlNanos,
      byte[] bytes,
      int offset,
      int length,
      @Nullable IdempotencyKey key,
      @Nullable AtomicInteger holders) {
    this.position = position;
    this.ephemeral = ephemeral;
    this.appendedNanos = appendedNanos;
    this.ttlNanos = ttlNanos;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
    this.key = key;
    this.holders = holders;
  }

  /**
   * Encodes an event.
   *
   * @param appendedNanos time of the append, on the log's monotonic clock
   */
  public static StoredEvent of(Position position, Event event, long appendedNanos) {
    return of(position, Publication.of(event), appendedNanos);
  }

  /**
   * Assigns a position to an event; shares the block with the other logs that keep it.
   *
   * @param appendedNanos time of the append, on the log's monotonic clock
   */
  public static StoredEvent of(Position position, Publication publication, long appendedNanos) {
    Event event = publication.event();
    byte[] block = publication.block();
    return new StoredEvent(
        position,
        event.ephemeral(),
        appendedNanos,
        ttlNanos(event),
        block,
        0,
        block.length,
        publication.key(),
        publication.holders());
  }

  /**
   * Restores a kept event.
   *
   * @param appendedNanos time of the append, on the log's monotonic clock
   * @param ttlNanos as of {@link #ttlNanos}
   */
  public static StoredEvent restored(
      Position position,
      long appendedNanos,
      long ttlNanos,
      byte[] block,
      @Nullable IdempotencyKey key) {
    return kept(position, appendedNanos, ttlNanos, block, 0, block.length, key, null);
  }

  /**
   * Makes an event of what a log keeps of it.
   *
   * @param appendedNanos time of the append, on the log's monotonic clock
   * @param ttlNanos as of {@link #ttlNanos}
   * @param bytes where the block lies, from the offset; must not change any more
   * @param holders as of {@link #holders}
   */
  public static StoredEvent kept(
      Position position,
      long appendedNanos,
      long ttlNanos,
      byte[] bytes,
      int offset,
      int length,
      @Nullable IdempotencyKey key,
      @Nullable AtomicInteger holders) {
    return new StoredEvent(
        position, false, appendedNanos, ttlNanos, bytes, offset, length, key, holders);
  }

  /** Creates an ephemeral event that another node has appended; see {@link #restored}. */
  public static StoredEvent received(
      Position position,
      long appendedNanos,
      long ttlNanos,
      byte[] block,
      @Nullable IdempotencyKey key) {
    return new StoredEvent(
        position, true, appendedNanos, ttlNanos, block, 0, block.length, key, null);
  }

  /** The time to live; {@link Long#MAX_VALUE} for none. */
  public long ttlNanos() {
    return ttlNanos;
  }

  private static long ttlNanos(Event event) {
    return event.ttl().isPresent() ? event.ttl().get().toNanos() : FOR_EVER;
  }

  /** The position right after this event. */
  public Position position() {
    return position;
  }

  public boolean ephemeral() {
    return ephemeral;
  }

  public long appendedNanos() {
    return appendedNanos;
  }

  /** The key under which the event was published; null for none. */
  public @Nullable IdempotencyKey key() {
    return key;
  }

  /**
   * Whether a publication would result in this event: the same bytes and the same ttl. The trace
   * does not count, because a retry has one of its own.
   */
  public boolean isRepeatedBy(Publication publication) {
    byte[] block = publication.block();
    return ephemeral == publication.event().ephemeral()
        && ttlNanos == ttlNanos(publication.event())
        && Arrays.equals(
            bytes,
            offset + traceLength(),
            offset + length,
            block,
            publication.traceLength(),
            block.length);
  }

  /** The number of logs that keep the block; null if it is for one log only. */
  public @Nullable AtomicInteger holders() {
    return holders;
  }

  /** Whether this is the other event, as far as a reader or a publisher could tell. */
  public boolean isSameAs(StoredEvent other) {
    return ttlNanos == other.ttlNanos
        && Objects.equals(key, other.key)
        && Arrays.equals(
            bytes, offset, offset + length, other.bytes, other.offset, other.offset + other.length);
  }

  /**
   * Called when a log adds the event.
   *
   * @return whether the log is the first to keep the block, so that its bytes count from now on
   */
  public boolean hold() {
    return holders == null || holders.getAndIncrement() == 0;
  }

  /**
   * Called when a log drops the event.
   *
   * @return whether the log was the last to keep the block, so that its bytes are free
   */
  public boolean release() {
    return holders == null || holders.decrementAndGet() == 0;
  }

  /** Whether the event has a time to live, so that {@link #expired} must be checked. */
  public boolean mayExpire() {
    return ttlNanos != FOR_EVER;
  }

  /**
   * The end of the event's time to live, on the log's monotonic clock; only if {@link #mayExpire}.
   */
  public long endsNanos() {
    return appendedNanos + ttlNanos;
  }

  /**
   * Whether the event's time to live has passed. Readers no longer receive it, and it does not
   * count as lost.
   *
   * @param nowNanos time on the log's monotonic clock
   */
  public boolean expired(long nowNanos) {
    return nowNanos - appendedNanos > ttlNanos;
  }

  /**
   * The event's type, parsed from the block. Only readers with a filter need it, and a separate
   * string would cost memory for every kept event.
   */
  public String type() {
    int start = offset + traceLength();
    int to = Math.min(start + EVENT_FIELD.length, offset + length);
    if (!Arrays.equals(bytes, start, to, EVENT_FIELD, 0, EVENT_FIELD.length)) {
      return Event.DEFAULT_TYPE;
    }
    int from = start + EVENT_FIELD.length;
    int end = from;
    while (bytes[end] != '\n') {
      end++;
    }
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }

  /**
   * The event's data as its readers receive it, parsed from the block: LF ends every line but the
   * last.
   */
  public String data() {
    int trace = traceLength();
    String text = new String(bytes, offset + trace, length - trace, StandardCharsets.UTF_8);
    int from = text.startsWith("event: ") ? text.indexOf('\n') + 1 : 0;
    var data = new StringBuilder(text.length() - from);
    while (text.charAt(from) != '\n') {
      int end = text.indexOf('\n', from);
      data.append(text, from + DATA_FIELD.length, end + 1);
      from = end + 1;
    }
    data.setLength(data.length() - 1);
    return data.toString();
  }

  /** The length of the block's first line if that has the trace; otherwise 0. */
  public int traceLength() {
    return traceLength(bytes, offset);
  }

  static int traceLength(byte[] bytes, int offset) {
    return bytes[offset] == ':' ? TRACE_LENGTH : 0; // No other block begins with a comment.
  }

  /** The trace that the publish belongs to, parsed from the block. */
  public Optional<String> trace() {
    return traceLength() == 0
        ? Optional.empty()
        : Optional.of(
            new String(
                bytes, offset + TRACE.length, TraceParent.LENGTH, StandardCharsets.US_ASCII));
  }

  /**
   * The event's lines and the empty line that ends it, without an {@code id:}: a copy if the event
   * is one of many in an array. Must not be modified.
   */
  public byte[] block() {
    return offset == 0 && length == bytes.length
        ? bytes
        : Arrays.copyOfRange(bytes, offset, offset + length);
  }

  /** The array in which the block lies. Must not be modified. */
  public byte[] bytes() {
    return bytes;
  }

  /** Where in {@link #bytes} the block begins. */
  public int offset() {
    return offset;
  }

  /** The length of the block, in bytes. */
  public int length() {
    return length;
  }

  /**
   * Encodes the lines of section 9.2.6 of the HTML standard. A line of data ends at CRLF, LF or CR,
   * as in the reader's parser; each becomes a {@code data:} line.
   */
  static byte[] encode(Event event) {
    byte[] type =
        event.type().equals(Event.DEFAULT_TYPE)
            ? new byte[0]
            : event.type().getBytes(StandardCharsets.UTF_8);
    byte[] data = event.data().getBytes(StandardCharsets.UTF_8);
    int lines = 1;
    for (int i = 0; i < data.length; i++) {
      if (endsLine(data, i)) {
        lines++;
      }
    }
    int trace = event.trace().isPresent() ? TRACE_LENGTH : 0;
    byte[] out =
        new byte
            [trace
                + (type.length == 0 ? 0 : EVENT_FIELD.length + type.length + 1)
                + lines * (DATA_FIELD.length + 1)
                + (data.length - breakBytes(data))
                + 1];
    int at = 0;
    if (trace > 0) {
      byte[] value = event.trace().get().value().getBytes(StandardCharsets.US_ASCII);
      at = put(out, at, TRACE, 0, TRACE.length);
      at = put(out, at, value, 0, value.length);
      out[at++] = '\n';
    }
    if (type.length > 0) {
      at = put(out, at, EVENT_FIELD, 0, EVENT_FIELD.length);
      at = put(out, at, type, 0, type.length);
      out[at++] = '\n';
    }
    int start = 0;
    for (int i = 0; i <= data.length; i++) {
      if (i == data.length || data[i] == '\n' || data[i] == '\r') {
        at = put(out, at, DATA_FIELD, 0, DATA_FIELD.length);
        at = put(out, at, data, start, i - start);
        out[at++] = '\n';
        if (i + 1 < data.length && data[i] == '\r' && data[i + 1] == '\n') {
          i++;
        }
        start = i + 1;
      }
    }
    out[at++] = '\n';
    if (at != out.length) {
      throw new IllegalStateException("encoded " + at + " bytes where " + out.length + " were due");
    }
    return out;
  }

  /** Whether the byte ends a line: LF, or a CR that no LF follows. */
  private static boolean endsLine(byte[] data, int i) {
    return data[i] == '\n' || (data[i] == '\r' && (i + 1 == data.length || data[i + 1] != '\n'));
  }

  private static int breakBytes(byte[] data) {
    int breaks = 0;
    for (byte b : data) {
      if (b == '\n' || b == '\r') {
        breaks++;
      }
    }
    return breaks;
  }

  private static int put(byte[] out, int at, byte[] from, int offset, int length) {
    System.arraycopy(from, offset, out, at, length);
    return at + length;
  }
}
