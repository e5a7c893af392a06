package io.heliograph.server.gate;

/** What a route asks of its caller. Every route in the table names one. */
public enum Access {
  /** Nothing: health, which a load balancer asks for. */
  OPEN,
  /** To read one's own stream: scope {@code subscribe}, by token or ticket. */
  READ_OWN,
  /**
   * To read the stream of the user that the path names: {@code subscribe} and to be that user, by
   * token or ticket; or {@code operate}.
   */
  READ,
  /**
   * To fetch what is known of one's own stream without opening it: as {@link #READ_OWN}, by token.
   */
  FETCH_OWN,
  /** To fetch what is known of a user's stream without opening it: as {@link #READ}, by token. */
  FETCH,
  /** A ticket for one's own stream: scope {@code subscribe}, by token. */
  TICKET,
  /** Scope {@code publish}. */
  PUBLISH,
  /** Scope {@code operate}. */
  OPERATE,
  /** To read an operator's stream: scope {@code operate}, by token. */
  LOOK_ON,
  /** To read the metrics: the scrape token, or scope {@code operate}. */
  SCRAPE;

  /** Whether the answer is a stream, so that a reader comes back to it by itself. */
  boolean isStream() {
    return isUsersStream() || this == LOOK_ON;
  }

  /** Whether the answer is a stream of a user, which a ticket opens, too. */
  boolean isUsersStream() {
    return this == READ || this == READ_OWN;
  }
}
