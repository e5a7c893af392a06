package io.heliograph.server.log;

import io.heliograph.server.event.UserId;

/** Which log. */
public sealed interface LogName {

  /** The word for its kind, in the stream. */
  String word();

  /** The log of one user's events. */
  record OfUser(UserId user) implements LogName {
    @Override
    public String word() {
      return "user";
    }
  }

  /** The one log of what is for everybody. */
  record Broadcasts() implements LogName {
    @Override
    public String word() {
      return "broadcast";
    }
  }

  /** The one log of who came online and went offline. */
  record Presence() implements LogName {
    @Override
    public String word() {
      return "presence";
    }
  }

  /** What one operator watches: of one stream only, so no {@link EventLog} keeps it. */
  record Tail() implements LogName {
    @Override
    public String word() {
      return "tail";
    }
  }

  /** The log of the broadcasts. */
  LogName BROADCASTS = new Broadcasts();

  /** The log of who came online and went offline. */
  LogName PRESENCE = new Presence();

  /** What one operator watches. */
  LogName TAIL = new Tail();

  /** The log of the user's events. */
  static LogName of(UserId user) {
    return new OfUser(user);
  }
}
