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

  /** The word for it in the stream, in logs and in metrics. */
  public String text() {
    return text;
  }
}
