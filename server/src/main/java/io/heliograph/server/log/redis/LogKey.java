package io.heliograph.server.log.redis;

import io.heliograph.server.event.UserId;
import io.heliograph.server.log.LogName;

/**
 * Names of keys. What belongs to one user has the user as its hash tag, so that a Cluster keeps it
 * in one slot.
 */
public final class LogKey {

  private LogKey() {}

  /** The key of a log, which is the name of its channel, too. */
  public static String of(String prefix, LogName log) {
    return switch (log) {
      case LogName.OfUser(UserId user) -> prefix + ":log:" + tag(user);
      case LogName.Broadcasts _ -> prefix + ":broadcast:{broadcast}";
      case LogName.Presence _ -> prefix + ":edges:{edges}";
      case LogName.Tail _ ->
          throw new IllegalArgumentException(log.word() + " is not a log in Redis");
    };
  }

  /**
   * A user's hash tag with its braces. A brace in the user id is escaped, because Redis would end
   * the tag there.
   */
  public static String tag(UserId user) {
    String escaped = user.value().replace("%", "%25").replace("{", "%7B").replace("}", "%7D");
    return "{" + escaped + "}";
  }
}
