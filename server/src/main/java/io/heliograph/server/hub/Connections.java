package io.heliograph.server.hub;

import io.heliograph.server.event.UserId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The connections open on this node, by user. Thread-safe. */
public final class Connections {

  private static final Connection[] NONE = {};

  // Arrays are never changed, only swapped inside compute: a publisher walks one without a lock.
  private final ConcurrentMap<UserId, Connection[]> byUser = new ConcurrentHashMap<>();
  private final AtomicInteger open = new AtomicInteger();

  /** A user and how many connections are open. */
  public record Online(UserId user, int connections) {}

  void add(Connection connection) {
    byUser.merge(
        connection.user(),
        new Connection[] {connection},
        (before, added) -> {
          Connection[] after = Arrays.copyOf(before, before.length + 1);
          after[before.length] = connection;
          return after;
        });
    open.incrementAndGet();
  }

  /** Takes it out again; twice does no harm. */
  void remove(Connection connection) {
    byUser.computeIfPresent(
        connection.user(),
        (user, before) -> {
          int index = Arrays.asList(before).indexOf(connection);
          if (index < 0) {
            return before;
          }
          open.decrementAndGet();
          if (before.length == 1) {
            return null;
          }
          var after = new Connection[before.length - 1];
          System.arraycopy(before, 0, after, 0, index);
          System.arraycopy(before, index + 1, after, index, after.length - index);
          return after;
        });
  }

  /** How many connections are open. */
  public int count() {
    return open.get();
  }

  /** How many users have at least one. */
  public int users() {
    return byUser.size();
  }

  /** The user's connections, oldest first. */
  public List<Connection> of(UserId user) {
    return Collections.unmodifiableList(Arrays.asList(byUser.getOrDefault(user, NONE)));
  }

  /** The users that are online. Weakly consistent: who comes or goes meanwhile may be missed. */
  public Iterable<UserId> online() {
    return byUser.keySet();
  }

  /**
   * A page of the users that are online, by id.
   *
   * @param after the page starts with the first id greater than this; "" for the first page
   */
  public List<Online> page(String after, int limit) {
    // The greatest of the smallest is on top and gives way: no sort of all users for a page.
    var page =
        new PriorityQueue<Online>(
            limit + 1, Comparator.comparing(Online::user, Comparator.reverseOrder()));
    byUser.forEach(
        (user, connections) -> {
          if (user.value().compareTo(after) > 0) {
            page.add(new Online(user, connections.length));
            if (page.size() > limit) {
              page.remove();
            }
          }
        });
    var sorted = new ArrayList<>(page);
    sorted.sort(Comparator.comparing(Online::user));
    return sorted;
  }

  /** The user's, oldest first; not to be changed. */
  Connection[] arrayOf(UserId user) {
    return byUser.getOrDefault(user, NONE);
  }

  /** All, by user; each array is not to be changed. Weakly consistent, as {@link #online}. */
  Iterator<Connection[]> arrays() {
    return byUser.values().iterator();
  }

  /** Does something with each. */
  void forEach(Consumer<Connection> action) {
    for (Connection[] connections : byUser.values()) {
      for (Connection connection : connections) {
        action.accept(connection);
      }
    }
  }
}
