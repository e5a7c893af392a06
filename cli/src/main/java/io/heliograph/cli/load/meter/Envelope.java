package io.heliograph.cli.load.meter;

import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * What a simulated event says of itself, so that its receiver needs no table of what was sent.
 *
 * <p>It is one piece of text without quotes, backslashes or white space, so that any server may
 * wrap it into anything: {@code @sim:RUN:USER:SEQUENCE:INTENDED:SENT:PADDING:CHECKSUM@}.
 *
 * @param run names the run; of {@code [0-9a-z]}
 * @param user the index of the user that it is for, or {@link #EVERYBODY}
 * @param sequence counts the events to this user, or to everybody, from 0
 * @param intendedNanos when it was due, on the clock of {@link System#nanoTime}
 * @param sentNanos when its publish was really begun, on the same clock
 */
public record Envelope(String run, int user, long sequence, long intendedNanos, long sentNanos) {
  /** The user of a broadcast. */
  public static final int EVERYBODY = -1;

  private static final String START = "@sim:";
  private static final int FIELDS = 7;

  /** What a text may hold. */
  public sealed interface Found {
    /** An envelope, every byte of it as it was sent. */
    record Intact(Envelope envelope) implements Found {}

    /** An envelope that was changed or cut on its way. */
    record Corrupt() implements Found {}

    /** Some other event. */
    record Nothing() implements Found {}
  }

  private static final Found CORRUPT = new Found.Corrupt();
  private static final Found NOTHING = new Found.Nothing();

  /** The envelope as text of this length, or longer if the fields need more. */
  public String text(int bytes) {
    String fields = run + ':' + user + ':' + sequence + ':' + intendedNanos + ':' + sentNanos;
    var text = new StringBuilder(Math.max(bytes, 80)).append(START).append(fields).append(':');
    int rest = ":01234567@".length();
    text.repeat('x', Math.max(0, bytes - text.length() - rest));
    String checksum = "%08x".formatted(checksum(text, START.length(), text.length()));
    return text.append(':').append(checksum).append('@').toString();
  }

  /** Looks for an envelope anywhere in the data of an event. */
  public static Found in(String data) {
    int start = data.indexOf(START);
    if (start < 0) {
      return NOTHING;
    }
    int end = data.indexOf('@', start + 1);
    if (end < 0) {
      return CORRUPT;
    }
    String body = data.substring(start + START.length(), end);
    String[] fields = body.split(":", -1);
    if (fields.length != FIELDS) {
      return CORRUPT;
    }
    try {
      int checked = body.length() - fields[FIELDS - 1].length() - 1;
      if (Long.parseLong(fields[FIELDS - 1], 16) != checksum(body, 0, checked)) {
        return CORRUPT;
      }
      return new Found.Intact(
          new Envelope(
              fields[0],
              Integer.parseInt(fields[1]),
              Long.parseLong(fields[2]),
              Long.parseLong(fields[3]),
              Long.parseLong(fields[4])));
    } catch (NumberFormatException e) {
      return CORRUPT;
    }
  }

  private static long checksum(CharSequence text, int from, int to) {
    var crc = new CRC32();
    crc.update(text.subSequence(from, to).toString().getBytes(StandardCharsets.UTF_8));
    return crc.getValue();
  }
}
