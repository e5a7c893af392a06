package io.heliograph.client;

import java.util.Collection;
import java.util.List;

/**
 * An event and its recipients: an item of a batch.
 *
 * @param users 1 to 1,000 distinct users; empty for all users, connected now or later
 * @param event the event
 */
public record Publication(List<String> users, NewEvent event) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if an id is not 1 to 256 bytes of UTF-8 without {@code /} and
   *     control characters
   */
  public Publication {
    users = List.copyOf(users);
    users.forEach(UserIds::require);
  }

  /**
   * {@return an item for one user}
   *
   * @param user the user's id
   * @param event the event
   */
  public static Publication toUser(String user, NewEvent event) {
    return new Publication(List.of(user), event);
  }

  /**
   * {@return an item for several users, published to all of them or to none}
   *
   * @param users 1 to 1,000 distinct ids; the collection is copied
   * @param event the event
   * @throws IllegalArgumentException if no user is given
   */
  public static Publication toUsers(Collection<String> users, NewEvent event) {
    if (users.isEmpty()) {
      // A list that happens to be empty must not become a message to everybody.
      throw new IllegalArgumentException(
          "no user is given; to publish to all users, use Publication.toAll");
    }
    return new Publication(List.copyOf(users), event);
  }

  /**
   * {@return an item for all users, connected now or later}
   *
   * @param event the event
   */
  public static Publication toAll(NewEvent event) {
    return new Publication(List.of(), event);
  }
}
