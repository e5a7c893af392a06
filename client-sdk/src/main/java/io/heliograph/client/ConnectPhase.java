package io.heliograph.client;

/** The steps of an attempt, until the stream is open. */
public enum ConnectPhase {
  /** Calling the {@link AttemptCustomizer} and the {@link TokenProvider}. */
  TOKEN,
  /** Looking up the host's addresses, or selecting a proxy. */
  DNS,
  /** Connecting the socket. */
  CONNECT,
  /** Performing the TLS handshake. */
  TLS,
  /** Sending the request and waiting for the head of the response. */
  RESPONSE
}
