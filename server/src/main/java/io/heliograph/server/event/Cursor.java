package io.heliograph.server.event;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A position in every log that a connection follows; the SSE {@code id} and {@code Last-Event-ID}.
 *
 * <p>Its text is opaque to clients: {@code 1.USER.EPOCH-SEQUENCE.EPOCH-SEQUENCE}, one pair per log
 * in the order in which the connection follows them, at most {@value #MAX_LENGTH} characters of
 * {@code [0-9a-z.-]}. {@code USER} is a short hash of the user: after a change of login, the same
 * page's EventSource sends the cursor of the previous user, which must not be used. Immutable.
 */
public final class Cursor {

  /** The longest text of a cursor, in characters. */
  public static final int MAX_LENGTH = 128;

  private static final String VERSION = "1";
  private static final Pattern SANE = Pattern.compile("[0-9A-Za-z.~_-]{1," + MAX_LENGTH + "}");
  private static final String UNREADABLE = "0";
  private static final byte[] DIGITS =
      "0123456789abcdefghijklmnopqrstuvwxyz".getBytes(StandardCharsets.US_ASCII);
  private static final int EPOCH_RADIX = 36;

  // 47 bits: two users share a tag once in about 10 million users' pairs of logins, and then a
  // position is taken for one's own: a gap that is not told, never another user's event.
  private static final int TAG_BITS = 47;

  // What there is of a position: its epoch, its sequence, its step.
  private static final int WIDTH = 3;

  private final long userTag;
  private final long[] places;

  private Cursor(long userTag, long[] places) {
    this.userTag = userTag;
    this.places = places;
  }

  /** Creates a cursor of the user at these positions, one per log. */
  public static Cursor at(UserId user, Position... positions) {
    return new Cursor(tagOf(user), places(positions));
  }

  /**
   * Parses a cursor that a reader sent.
   *
   * @param logs number of logs that the reader's connection follows
   * @return empty if the text is malformed, or belongs to another user or another number of logs
   */
  public static Optional<Cursor> parse(String text, UserId user, int logs) {
    if (text.length() > MAX_LENGTH) {
      return Optional.empty();
    }
    String[] parts = text.split("\\.", -1);
    if (parts.length != logs + 2 || !parts[0].equals(VERSION)) {
      return Optional.empty();
    }
    long tag = number(parts[1], EPOCH_RADIX);
    if (tag != tagOf(user)) {
      return Optional.empty();
    }
    var positions = new Position[logs];
    for (int i = 0; i < logs; i++) {
      String part = parts[i + 2];
      int dash = part.indexOf('-');
      if (dash < 0) {
        return Optional.empty();
      }
      long epoch = number(part.substring(0, dash), EPOCH_RADIX);
      long sequence = number(part.substring(dash + 1), 10);
      if (epoch < 0 || sequence < 0) {
        return Optional.empty();
      }
      positions[i] = Position.kept(epoch, sequence);
    }
    return Optional.of(new Cursor(tag, places(positions)));
  }

  /**
   * The id with which a stream repeats the text that a reader sent as its cursor, valid or not: the
   * text itself, or {@code 0}, which is not a valid cursor, if the text cannot be an id.
   */
  public static String echo(String text) {
    return SANE.matcher(text).matches() ? text : UNREADABLE;
  }

  private static long[] places(Position[] positions) {
    var places = new long[positions.length * WIDTH];
    for (int i = 0; i < positions.length; i++) {
      put(places, i, positions[i]);
    }
    return places;
  }

  private static void put(long[] places, int log, Position position) {
    int at = log * WIDTH;
    places[at] = position.epoch();
    places[at + 1] = position.sequence();
    places[at + 2] = position.step();
  }

  private static Position position(long[] places, int log) {
    int at = log * WIDTH;
    return new Position(places[at], places[at + 1], places[at + 2]);
  }

  /** The position in the log with this index, from 0. */
  public Position position(int log) {
    return position(places, log);
  }

  /** A copy of the cursor, advanced in one log. */
  public Cursor with(int log, Position position) {
    long[] moved = places.clone();
    put(moved, log, position);
    return new Cursor(userTag, moved);
  }

  /** A cursor that begins here, and moves. */
  public Moving moving() {
    return new Moving(userTag, places.clone());
  }

  /**
   * The cursor of an open stream, which moves in place: no object stays behind for each event, for
   * the garbage collector to copy. One thread moves it; what others see may be slightly outdated.
   */
  public static final class Moving {
    private final long userTag;
    private final long[] places;

    private Moving(long userTag, long[] places) {
      this.userTag = userTag;
      this.places = places;
    }

    /** The position in the log with this index, from 0. */
    public Position position(int log) {
      return Cursor.position(places, log);
    }

    /** Moves to a position in one log. */
    public void move(int log, Position to) {
      put(places, log, to);
    }

    /** Moves to where a cursor of the same logs is. */
    public void moveTo(Cursor to) {
      System.arraycopy(to.places, 0, places, 0, places.length);
    }

    /** Where it is now. */
    public Cursor now() {
      return new Cursor(userTag, places.clone());
    }
  }

  /**
   * Writes the text as ASCII. Called for every event, so it creates no String.
   *
   * @param out has room for {@value #MAX_LENGTH} bytes from {@code at}
   * @return the end of the text
   */
  public int encode(byte[] out, int at) {
    int end = at;
    out[end++] = '1';
    out[end++] = '.';
    end = digits(out, end, userTag, EPOCH_RADIX);
    for (int i = 0; i < places.length; i += WIDTH) {
      out[end++] = '.';
      end = digits(out, end, places[i], EPOCH_RADIX);
      out[end++] = '-';
      end = digits(out, end, places[i + 1], 10);
    }
    return end;
  }

  @Override
  public String toString() {
    byte[] text = new byte[MAX_LENGTH];
    return new String(text, 0, encode(text, 0), StandardCharsets.US_ASCII);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Cursor cursor
        && userTag == cursor.userTag
        && Arrays.equals(places, cursor.places);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(userTag) * 31 + Arrays.hashCode(places);
  }

  private static long tagOf(UserId user) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest(user.value().getBytes(StandardCharsets.UTF_8));
      long tag = 0;
      for (int i = 0; i < Long.BYTES; i++) {
        tag = tag << 8 | (hash[i] & 0xff);
      }
      return tag >>> (Long.SIZE - TAG_BITS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static int digits(byte[] out, int at, long value, int radix) {
    int length = 1;
    for (long rest = value / radix; rest > 0; rest /= radix) {
      length++;
    }
    long rest = value;
    for (int i = at + length - 1; i >= at; i--) {
      out[i] = DIGITS[(int) (rest % radix)];
      rest /= radix;
    }
    return at + length;
  }

  /** The number, or -1 if the text is not exactly what {@link #digits} writes. */
  private static long number(String text, int radix) {
    if (text.isEmpty() || (text.length() > 1 && text.charAt(0) == '0')) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'z' ? c - 'a' + 10 : radix;
      if (digit >= radix || value > (Long.MAX_VALUE - digit) / radix) {
        return -1;
      }
      value = value * radix + digit;
    }
    return value;
  }
}
