package io.heliograph.cli.tail;

import io.heliograph.cli.follow.EventFilter;
import io.heliograph.cli.follow.Globs;
import io.heliograph.client.Event;
import java.io.IOException;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which lines of a tail are dealt with, as far as the server does not choose. Pure, but for chance.
 *
 * @param users null where the server chooses them
 * @param types null where the server chooses them
 * @param data null for any
 * @param share of events, from 0 to 1
 * @param chance from 0 to below 1
 */
record Choice(
    @Nullable Globs users,
    @Nullable Globs types,
    @Nullable Predicate<String> data,
    double share,
    DoubleSupplier chance)
    implements EventFilter {
  /** What the server takes for users and for types. */
  private static final int MAX_NAMES = 32;

  /** Whether the server can choose by these: few names, and {@code *} only at their end. */
  static boolean isForServer(List<String> globs) {
    return globs.size() <= MAX_NAMES
        && globs.stream()
            .allMatch(
                glob -> {
                  int star = glob.indexOf('*');
                  return !glob.startsWith("!")
                      && !glob.contains(",")
                      && (star < 0 || star == glob.length() - 1);
                });
  }

  @Override
  public boolean takes(Event event) {
    try {
      return takes(TailRecord.of(event.type(), event.data()));
    } catch (IOException e) {
      return true; // Who prints it says what is wrong.
    }
  }

  /** A broadcast is for every user; what is no event has neither type nor data to choose by. */
  private boolean takes(TailRecord line) {
    if (users != null && line.user() != null && !users.test(line.user())) {
      return false;
    } else if (!line.kind().equals("event")) {
      return true;
    }
    return (types == null || types.test(String.valueOf(line.type())))
        && (data == null || line.data() == null || data.test(line.data()))
        && (share >= 1 || chance.getAsDouble() < share);
  }
}
