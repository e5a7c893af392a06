package io.heliograph.server.log.redis;

import io.heliograph.server.event.IdempotencyKey;
import io.heliograph.server.event.Position;
import io.heliograph.server.event.Publication;
import io.heliograph.server.event.StoredEvent;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What followers of a log are told, and how events are stored: a line of words, then the publisher
 * and the event's block. The scripts of this package read the line, too.
 *
 * @param kind see the constants
 * @param step of the latest ephemeral event
 * @param sequence of the latest kept event
 * @param entry the event; null if the message has none
 */
record Message(char kind, long epoch, long step, long sequence, @Nullable Entry entry) {

  /** A kept event. */
  static final char KEPT = 'K';

  /** An ephemeral event. */
  static final char EPHEMERAL = 'E';

  /** The events of the log were forgotten. */
  static final char FORGOTTEN = 'F';

  private static final String NONE = "-";
  private static final long FOR_EVER = Long.MAX_VALUE;

  /** An event as it is stored. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Entry(
      long sequence,
      long millis,
      long ttlNanos,
      @Nullable IdempotencyKey key,
      String publisher,
      byte[] block) {

    /** Reads an entry that begins at an offset. */
    static Entry parse(byte[] bytes, int offset) {
      var line = new Line(bytes, offset);
      long sequence = line.number();
      long millis = line.number();
      String ttl = line.word();
      int blockBytes = (int) line.number();
      String key = line.word();
      line.word(); // The tag of the publisher, which the scripts need.
      int publisherBytes = (int) line.number();
      int at = line.at;
      if (at + publisherBytes + blockBytes != bytes.length) {
        throw new IllegalArgumentException("the entry is torn");
      }
      return new Entry(
          sequence,
          millis,
          ttl.equals(NONE) ? FOR_EVER : Long.parseLong(ttl),
          key.equals(NONE) ? null : keyOf(key),
          new String(bytes, at, publisherBytes, StandardCharsets.UTF_8),
          Arrays.copyOfRange(bytes, at + publisherBytes, bytes.length));
    }

    StoredEvent stored(Position position, boolean ephemeral, long appendedNanos) {
      return ephemeral
          ? StoredEvent.received(position, appendedNanos, ttlNanos, block, key)
          : StoredEvent.restored(position, appendedNanos, ttlNanos, block, key);
    }
  }

  /** Reads words that end with a space, the last one with a line feed or the end. */
  private static final class Line {
    private final byte[] bytes;
    private int at;

    Line(byte[] bytes, int at) {
      this.bytes = bytes;
      this.at = at;
    }

    String word() {
      int start = at;
      while (at < bytes.length && bytes[at] != ' ' && bytes[at] != '\n') {
        at++;
      }
      String word = new String(bytes, start, at - start, StandardCharsets.US_ASCII);
      at++;
      return word;
    }

    long number() {
      return Long.parseLong(word());
    }
  }

  /**
   * Reads a message.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Message parse(byte[] payload) {
    var line = new Line(payload, 0);
    String kind = line.word();
    long epoch = line.number();
    long step = line.number();
    if (kind.length() != 1) {
      throw new IllegalArgumentException("there is no kind of message " + kind);
    }
    char letter = kind.charAt(0);
    if (letter == KEPT || letter == EPHEMERAL) {
      Entry entry = Entry.parse(payload, line.at);
      return new Message(letter, epoch, step, entry.sequence(), entry);
    }
    return new Message(letter, epoch, step, line.number(), null);
  }

  /** An entry without its sequence, which the script assigns. */
  static byte[] body(Publication publication, long millis) {
    byte[] publisher = publication.publisher().getBytes(StandardCharsets.UTF_8);
    byte[] block = publication.block();
    String line =
        millis
            + " "
            + publication.event().ttl().map(ttl -> Long.toString(ttl.toNanos())).orElse(NONE)
            + " "
            + block.length
            + " "
            + word(publication.key())
            + " "
            + tag(publisher)
            + " "
            + publisher.length
            + "\n";
    byte[] head = line.getBytes(StandardCharsets.US_ASCII);
    byte[] body = Arrays.copyOf(head, head.length + publisher.length + block.length);
    System.arraycopy(publisher, 0, body, head.length, publisher.length);
    System.arraycopy(block, 0, body, head.length + publisher.length, block.length);
    return body;
  }

  /** Tells publishers apart; two that share one share what they may keep. */
  static String tag(byte[] publisher) {
    var sum = new CRC32();
    sum.update(publisher);
    return Long.toHexString(sum.getValue());
  }

  static String word(@Nullable IdempotencyKey key) {
    return key == null ? NONE : String.format("%016x%016x", key.high(), key.low());
  }

  private static IdempotencyKey keyOf(String word) {
    return new IdempotencyKey(
        Long.parseUnsignedLong(word, 0, 16, 16), Long.parseUnsignedLong(word, 16, 32, 16));
  }
}
