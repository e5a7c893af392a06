package io.heliograph.cli.follow;

/** Keeps how far a stream has been dealt with. Called by the stream's thread. */
@FunctionalInterface
public interface PositionKeeper {
  /** Keeps nothing. */
  PositionKeeper NONE = lastEventId -> {};

  /** All up to this id is done. */
  void at(String lastEventId);
}
