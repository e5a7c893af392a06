package io.heliograph.server.log;

/** What one publisher has in one log. */
final class Share extends Chain.Node<Share> {

  final String publisher;
  final LogTail tail;
  final Budget.Account account;

  // Guarded by the tail: kept events and the bytes of their blocks; ephemeral events.
  int events;
  long bytes;
  int ephemeral;

  Share(String publisher, LogTail tail, Budget.Account account) {
    this.publisher = publisher;
    this.tail = tail;
    this.account = account;
  }

  boolean isEmpty() {
    return events == 0 && ephemeral == 0;
  }

  @Override
  Share self() {
    return this;
  }
}
