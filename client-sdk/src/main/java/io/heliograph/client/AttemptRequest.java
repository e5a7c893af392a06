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

  /** {@return where the request goes, as changed so far} */
  URI uri();

  /**
   * Sends it elsewhere, with all its headers and the token.
   *
   * @param uri the whole URL, with the query
   * @throws IllegalArgumentException if it is no absolute http or https URL
   */
  void uri(URI uri);

  /**
   * Sets a header in place of those of that name. {@code Authorization} is the {@link
   * TokenProvider}'s, where there is one.
   *
   * @param name its case does not count
   * @param value ASCII without line breaks
   * @throws IllegalArgumentException if one of them cannot be sent in a header
   */
  void header(String name, String value);

  /**
   * Sets a query parameter in place of those of that name.
   *
   * @param name any text; it is percent-encoded here
   * @param value any text; it is percent-encoded here
   */
  void query(String name, String value);

  /**
   * Has this attempt observed from here on: its steps, its socket, and the bytes of its stream.
   *
   * @param observer of this attempt only; takes the place of one that was given before
   */
  void observe(AttemptObserver observer);
}
