package io.heliograph.server.event;

import java.util.ArrayList;
import java.util.List;

/**
 * A filter of names, separated by commas. Each is a whole name, or a prefix followed by {@code *}.
 * Immutable.
 */
public final class Globs {

  /** Everything. */
  public static final Globs ALL = new Globs(List.of(), List.of(""));

  /** The maximum number of names, because every event is compared with each. */
  public static final int MAX_NAMES = 32;

  // A user id is the longest name that there is.
  private static final int MAX_LENGTH = UserId.MAX_BYTES + 1;

  /** The allowed values, for messages. */
  public static final String ALLOWED =
      "Send 1 to "
          + MAX_NAMES
          + " names, separated by commas. '*' may only be the last character of a name.";

  private final List<String> names;
  private final List<String> beginnings;

  private Globs(List<String> names, List<String> beginnings) {
    this.names = names;
    this.beginnings = beginnings;
  }

  /**
   * Parses names.
   *
   * @throws InvalidValueException if there is none, one is empty or too long, there are too many,
   *     or a {@code *} is not at the end
   */
  public static Globs parse(String text) {
    var names = new ArrayList<String>();
    var beginnings = new ArrayList<String>();
    for (String part : text.split(",", -1)) {
      String name = part.strip();
      int star = name.indexOf('*');
      if (name.isEmpty()) {
        throw new InvalidValueException("A name is empty. " + ALLOWED);
      }
      if (name.length() > MAX_LENGTH) {
        throw new InvalidValueException(
            "A name has more than " + MAX_LENGTH + " characters. " + ALLOWED);
      }
      if (star >= 0 && star < name.length() - 1) {
        throw new InvalidValueException("'" + name + "' contains a '*' before its end. " + ALLOWED);
      }
      if (star < 0) {
        names.add(name);
      } else {
        beginnings.add(name.substring(0, star));
      }
      if (names.size() + beginnings.size() > MAX_NAMES) {
        throw new InvalidValueException("There are more than " + MAX_NAMES + " names. " + ALLOWED);
      }
    }
    return new Globs(List.copyOf(names), List.copyOf(beginnings));
  }

  /** Whether the name matches. */
  public boolean match(String name) {
    for (String each : names) {
      if (each.equals(name)) {
        return true;
      }
    }
    for (String beginning : beginnings) {
      if (name.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }
}
