package io.heliograph.server.log;

import org.jspecify.annotations.Nullable;

/** A doubly linked list whose elements are its own nodes: moving one allocates nothing. */
final class Chain<N extends Chain.Node<N>> {

  private @Nullable N first;
  private @Nullable N last;

  /** An element, in one chain at a time. The owner of the chains guards it. */
  abstract static class Node<N extends Node<N>> {
    private @Nullable Chain<N> in;
    private @Nullable N before;
    private @Nullable N after;

    /** This, with its own type. */
    abstract N self();

    /** Moves it to the end of a chain, out of the one that it was in. */
    final void moveTo(Chain<N> chain) {
      leave();
      in = chain;
      before = chain.last;
      if (before == null) {
        chain.first = self();
      } else {
        ((Node<N>) before).after = self();
      }
      chain.last = self();
    }

    /** Takes it out of its chain; does nothing if it is in none. */
    final void leave() {
      Chain<N> chain = in;
      if (chain == null) {
        return;
      }
      if (before == null) {
        chain.first = after;
      } else {
        ((Node<N>) before).after = after;
      }
      if (after == null) {
        chain.last = before;
      } else {
        ((Node<N>) after).before = before;
      }
      in = null;
      before = null;
      after = null;
    }

    /** The chain that it is in. */
    final @Nullable Chain<N> chain() {
      return in;
    }
  }

  /** The element that was moved here before all others. */
  @Nullable N first() {
    return first;
  }
}
