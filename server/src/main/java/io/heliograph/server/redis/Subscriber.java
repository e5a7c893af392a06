package io.heliograph.server.redis;

/** Receives what is published on one channel. Called by the threads of connections: never waits. */
public interface Subscriber {

  /** A message, in the order in which Redis published it. */
  void message(byte[] payload);

  /**
   * Messages may have been missed, or what is stored may have changed without a message: after each
   * confirmed subscription, a failover, a restart of Redis or the loss of its data. What is stored
   * is to be read again.
   */
  void refill();
}
