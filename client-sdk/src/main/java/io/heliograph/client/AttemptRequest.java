package io.heliograph.client;

import java.net.URI;

/** The request of one attempt, to be changed by an {@link AttemptCustomizer}. Not thread-safe. */
public interface AttemptRequest {
  /** Of the stream's attempts, from 1. */
  int number();

  /** The id to resume from, {@code ""} for none. It is sent as the header Last-Event-ID. */
  String lastEventId();

  /** Where the request goes. */
  URI uri();

  /**
   * Sends it elsewhere, with all its headers and the token.
   *
   * @throws IllegalArgumentException if it is no absolute http or https URL
   */
  void uri(URI uri);

  /** Sets a header in place of those of that name. */
  void header(String name, String value);

  /** Sets a query parameter in place of those of that name. */
  void query(String name, String value);
}
