package io.heliograph.cli.load.users;

import io.heliograph.cli.load.meter.Meter;
import io.heliograph.cli.load.meter.UserMeter;
import io.heliograph.cli.load.plan.Target;
import java.net.InetAddress;
import java.util.List;

/**
 * Holds the connections of simulated users, and tells their meters what happens on them.
 * Thread-safe.
 *
 * <p>A connection that breaks is made again by the engine, as a client does, with the user's last
 * event id.
 */
public interface Engine extends AutoCloseable {
  /**
   * What every engine needs.
   *
   * @param sources addresses to connect from, in turn; empty for the system's choice
   * @param slowBytesPerSecond what a slow user reads
   */
  record Setup(Target target, Meter meter, List<InetAddress> sources, int slowBytesPerSecond) {}

  /** One user, from its first attempt until it leaves. */
  interface Link {
    /**
     * Breaks the connection under the client, which is not told and comes back by itself. Returns
     * at once.
     */
    void cut(boolean reset);

    /** The user goes; once this returns, its meter is told nothing more. */
    void leave() throws InterruptedException;
  }

  /** The user comes, resuming where its meter's last id says. Returns at once. */
  Link connect(UserMeter user);

  /** Why the connections that never opened did not; empty if none failed. For a person. */
  String lastFailure();

  /** All users leave. */
  @Override
  void close() throws InterruptedException;
}
