package io.heliograph.server.hub;

/** Why a stream ended. */
public enum CloseReason {
  /** The peer closed or reset its side. */
  CLIENT_LEFT("client-left", true),
  /** A write was stuck for longer than allowed: the peer does not read. */
  WRITE_TIMEOUT("write-timeout", true),
  /** The peer sent more than a reader of a stream has to say. */
  UNEXPECTED_INPUT("unexpected-input", true),
  /** The server is stopping. */
  DRAIN("drain", true),
  /** The reader's token has expired; with a new one it may come back. */
  TOKEN_EXPIRED("token-expired", true),
  /** The reader's access was taken back. */
  REVOKED("revoked", false),
  /** The connection has lived for as long as one may. */
  MAX_AGE("max-age", true),
  /** The node has as many connections as it may have; this one never opened. */
  OVERLOADED("overloaded", true),
  /** The user or the address has as many as it may have; this one never opened. */
  TOO_MANY_CONNECTIONS("too-many-connections", true),
  /** An operator sent the user, or this connection, away. */
  KICKED("kicked", false),
  /** A fault of the server, which the log describes. */
  INTERNAL_ERROR("internal-error", true);

  private final String text;
  private final boolean reconnect;

  CloseReason(String text, boolean reconnect) {
    this.text = text;
    this.reconnect = reconnect;
  }

  /** Whether the reader is asked to come back. */
  public boolean reconnect() {
    return reconnect;
  }

  /** Whether the reader may not even get what came before the end. */
  boolean isAtOnce() {
    return this == TOKEN_EXPIRED || this == REVOKED;
  }

  /** The word for it in the stream, in logs and in metrics. */
  public String text() {
    return text;
  }
}
