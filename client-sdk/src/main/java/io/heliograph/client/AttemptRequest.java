package io.heliograph.client;

import java.net.URI;

/** The request of one attempt, to be changed by an {@link AttemptCustomizer}. Not thread-safe. */
public interface AttemptRequest {
  /** {@return the number among the stream's attempts, from 1} */
  int number();

  /**
   * {@return the id to resume from, {@code ""} for none} It is sent as the header {@code
   * Last-Event-ID}.
   */
  String lastEventId();

  /** {@return the target of the request, as changed so far} */
  URI uri();

  /**
   * Changes the target of the request. All headers and the token are sent to it.
   *
   * @param uri the whole URL, with the query
   * @throws IllegalArgumentException if it is not an absolute http or https URL
   */
  void uri(URI uri);

  /**
   * Sets a header and replaces all headers of that name. If there is a {@link TokenProvider}, it
   * sets {@code Authorization}.
   *
   * @param name case-insensitive
   * @param value ASCII without line breaks
   * @throws IllegalArgumentException if one of them cannot be sent in a header
   */
  void header(String name, String value);

  /**
   * Sets a query parameter and replaces all parameters of that name.
   *
   * @param name any text; it is percent-encoded here
   * @param value any text; it is percent-encoded here
   */
  void query(String name, String value);

  /**
   * Observes this attempt from now on: its steps, its socket, and the bytes of its stream.
   *
   * @param observer for this attempt only; replaces an earlier one
   */
  void observe(AttemptObserver observer);
}
