package io.heliograph.server.tail;

/** Passes what nodes see to the tails of other nodes. Thread-safe; no method blocks or fails. */
public interface Relay {

  /** The relay of one node that has no others. */
  Relay NONE =
      new Relay() {
        @Override
        public void open(boolean any) {}

        @Override
        public void pass(Sighting sighting) {}
      };

  /** Whether tails are open here, so that what other nodes see is wanted. */
  void open(boolean any);

  /** This node has seen something, and other nodes want it. */
  void pass(Sighting sighting);
}
