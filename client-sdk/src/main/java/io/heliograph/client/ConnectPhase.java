package io.heliograph.client;

/** How far an attempt has come on its way to an open stream. */
public enum ConnectPhase {
  /** Asking the {@link AttemptCustomizer} and the {@link TokenProvider}. */
  TOKEN,
  /** Looking up the host's addresses, or choosing a proxy. */
  DNS,
  /** Connecting the socket. */
  CONNECT,
  /** Shaking hands by TLS. */
  TLS,
  /** Sending the request and waiting for the head of the response. */
  RESPONSE
}
