package io.heliograph.server.event;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An event that is being published to one or more logs. Encoded once: all logs that keep it share
 * one block of bytes. Thread-safe.
 */
public final class Publication {

  /** The publisher of events without a named caller. */
  public static final String NO_PUBLISHER = "";

  private final Event event;
  private final byte[] block;
  private final String publisher;
  private final @Nullable IdempotencyKey key;
  private final @Nullable AtomicInteger holders;

  private Publication(
      Event event, String publisher, @Nullable IdempotencyKey key, boolean forManyLogs) {
    this.event = event;
    this.block = StoredEvent.encode(event);
    this.publisher = publisher;
    this.key = key;
    this.holders = forManyLogs ? new AtomicInteger() : null;
  }

  /** Creates an event without a named publisher and without a key. */
  public static Publication of(Event event) {
    return new Publication(event, NO_PUBLISHER, null, false);
  }

  /**
   * Creates an event for one log.
   *
   * @param publisher the publisher to whose share of the memory the event counts
   * @param key makes a repetition safe; null for none
   */
  public static Publication of(Event event, String publisher, @Nullable IdempotencyKey key) {
    return new Publication(event, publisher, key, false);
  }

  /**
   * Creates an event for several logs. Its block counts once, for as long as one of them keeps it.
   */
  public static Publication forMany(Event event, String publisher, @Nullable IdempotencyKey key) {
    return new Publication(event, publisher, key, true);
  }

  public Event event() {
    return event;
  }

  /** The event's lines as in {@link StoredEvent#block}. Must not be modified. */
  public byte[] block() {
    return block;
  }

  /** The length of the block's first line if that has the event's trace; otherwise 0. */
  public int traceLength() {
    return StoredEvent.traceLength(block, 0);
  }

  public String publisher() {
    return publisher;
  }

  public @Nullable IdempotencyKey key() {
    return key;
  }

  /** The number of logs that keep the block; null if it is for one log only. */
  @Nullable AtomicInteger holders() {
    return holders;
  }
}
