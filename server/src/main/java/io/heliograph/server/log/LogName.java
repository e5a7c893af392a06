package io.heliograph.server.log;

import io.heliograph.server.event.UserId;

/** Which log. */
public sealed interface LogName {

  /** The log of one user's events. */
  record OfUser(UserId user) implements LogName {}

  /** The one log of what is for everybody. */
  record Broadcasts() implements LogName {}

  /** The log of the broadcasts. */
  LogName BROADCASTS = new Broadcasts();

  /** The log of the user's events. */
  static LogName of(UserId user) {
    return new OfUser(user);
  }
}
