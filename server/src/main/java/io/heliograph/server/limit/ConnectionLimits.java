package io.heliograph.server.limit;

import io.heliograph.server.event.UserId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Limits the number of open streams on this node, for one user, and from one address. The newest
 * stream is refused; existing ones stay open. Thread-safe.
 */
public final class ConnectionLimits {

  private final int perNode;
  private final int perUser;
  private final OptionalInt perAddress;
  private final AtomicInteger open = new AtomicInteger();
  private final Places<UserId> users = new Places<>();
  private final Places<String> addresses = new Places<>();

  /**
   * Creates it with limits of at least 1.
   *
   * @param perAddress empty for no limit
   */
  public ConnectionLimits(int perNode, int perUser, OptionalInt perAddress) {
    this.perNode = perNode;
    this.perUser = perUser;
    this.perAddress = perAddress;
  }

  /** The answer to whether one more stream may open. */
  public sealed interface Decision {
    /** Yes; the slot is used until it is closed. */
    record Admitted(Place place) implements Decision {}

    /**
     * No.
     *
     * @param most the limit that is reached
     */
    record Refused(Bound bound, int most) implements Decision {}
  }

  /** The limit that is reached. */
  public enum Bound {
    NODE,
    USER,
    ADDRESS
  }

  /** The slot of a stream. May be closed repeatedly. */
  public interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a slot if one is free.
   *
   * @param user the reader; empty for an anonymous operator, who counts for no user
   * @param address the client's address, as in {@link ClientAddresses#group}
   */
  public Decision admit(Optional<UserId> user, String address) {
    // Counted before it is compared: of two that come at once for the last place one must fail.
    if (open.incrementAndGet() > perNode) {
      open.decrementAndGet();
      return new Decision.Refused(Bound.NODE, perNode);
    }
    if (user.isPresent() && !users.take(user.get(), perUser)) {
      open.decrementAndGet();
      return new Decision.Refused(Bound.USER, perUser);
    }
    if (perAddress.isPresent() && !addresses.take(address, perAddress.getAsInt())) {
      user.ifPresent(users::leave);
      open.decrementAndGet();
      return new Decision.Refused(Bound.ADDRESS, perAddress.getAsInt());
    }
    String counted = perAddress.isPresent() ? address : null;
    return new Decision.Admitted(new Slot(user.orElse(null), counted));
  }

  /** One object, because every stream has one. */
  private final class Slot implements Place {
    private final @Nullable UserId user;
    private final @Nullable String address;
    private boolean left; // Guarded by this.

    Slot(@Nullable UserId user, @Nullable String address) {
      this.user = user;
      this.address = address;
    }

    @Override
    public void close() {
      synchronized (this) {
        if (left) {
          return;
        }
        left = true;
      }
      if (address != null) {
        addresses.leave(address);
      }
      if (user != null) {
        users.leave(user);
      }
      open.decrementAndGet();
    }
  }

  /** The number of used slots per key; a key without slots takes no memory. */
  private static final class Places<K> {
    private final ConcurrentMap<K, Integer> taken = new ConcurrentHashMap<>();

    boolean take(K key, int most) {
      var fits = new AtomicBoolean(true);
      taken.compute(
          key,
          (_, count) -> {
            if (count == null) {
              return 1;
            }
            fits.setPlain(count < most);
            return count < most ? count + 1 : count;
          });
      return fits.getPlain();
    }

    void leave(K key) {
      taken.computeIfPresent(key, (_, count) -> count == 1 ? null : count - 1);
    }
  }
}
