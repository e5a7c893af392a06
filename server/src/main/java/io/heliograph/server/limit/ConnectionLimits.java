package io.heliograph.server.limit;

import io.heliograph.server.event.UserId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds the streams that are open at a time, on this node, for one user, from one address. The
 * newest is refused: whoever is connected already stays. Thread-safe.
 */
public final class ConnectionLimits {

  private final int perNode;
  private final int perUser;
  private final OptionalInt perAddress;
  private final AtomicInteger open = new AtomicInteger();
  private final Places<UserId> users = new Places<>();
  private final Places<String> addresses = new Places<>();

  /**
   * Bounds of at least 1.
   *
   * @param perAddress empty for no bound
   */
  public ConnectionLimits(int perNode, int perUser, OptionalInt perAddress) {
    this.perNode = perNode;
    this.perUser = perUser;
    this.perAddress = perAddress;
  }

  /** May one more stream open? */
  public sealed interface Decision {
    /** Yes; the place is taken until it is closed. */
    record Admitted(Place place) implements Decision {}

    /**
     * No.
     *
     * @param most how many may be open
     */
    record Refused(Bound bound, int most) implements Decision {}
  }

  /** What is full. */
  public enum Bound {
    NODE,
    USER,
    ADDRESS
  }

  /** A stream's place. Closing twice does no harm. */
  public interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Takes a place if there is one.
   *
   * @param user who reads; empty for an operator whom nobody knows, who counts as no user's
   * @param address the client's, as {@link ClientAddresses#group} has it
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
    var left = new AtomicBoolean();
    return new Decision.Admitted(
        () -> {
          if (left.compareAndSet(false, true)) {
            if (perAddress.isPresent()) {
              addresses.leave(address);
            }
            user.ifPresent(users::leave);
            open.decrementAndGet();
          }
        });
  }

  /** How many places are taken for each key; a key without one takes no memory. */
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
