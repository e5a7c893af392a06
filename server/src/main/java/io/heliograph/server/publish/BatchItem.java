package io.heliograph.server.publish;

import io.heliograph.server.event.Event;
import io.heliograph.server.event.UserId;
import io.heliograph.server.request.Problem;
import java.util.List;

/** One item of a batch. */
sealed interface BatchItem {

  /** How many events it makes, each in a log of its own. */
  default int events() {
    return 1;
  }

  /** An event for these users, of whom there is at least one and none twice. */
  record ToUsers(List<UserId> users, Event event) implements BatchItem {
    @Override
    public int events() {
      return users.size();
    }
  }

  /** An event for everybody. */
  record ToEverybody(Event event) implements BatchItem {}

  /** What is no item. */
  record Refused(Problem problem, String detail) implements BatchItem {
    @Override
    public int events() {
      return 0;
    }
  }
}
