package io.heliograph.client;

import java.util.Collection;
import java.util.List;

/**
 * An event and who gets it: an item of a batch.
 *
 * @param users 1 to 1,000 different ones; none: everybody, connected now or coming back later
 */
public record Publication(List<String> users, NewEvent event) {
  /** Copies the list. */
  public Publication {
    users = List.copyOf(users);
  }

  /** For one user. */
  public static Publication toUser(String user, NewEvent event) {
    return new Publication(List.of(user), event);
  }

  /** For several users. */
  public static Publication toUsers(Collection<String> users, NewEvent event) {
    if (users.isEmpty()) {
      // A list that happens to be empty must not become a message to everybody.
      throw new IllegalArgumentException("no user is named; for everybody: Publication.toAll");
    }
    return new Publication(List.copyOf(users), event);
  }

  /** For everybody. */
  public static Publication toAll(NewEvent event) {
    return new Publication(List.of(), event);
  }
}
