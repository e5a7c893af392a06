package io.heliograph.client.internal.http;

import io.heliograph.client.Cause;
import java.net.ProtocolException;

/**
 * Carries a cause through OkHttp. OkHttp sends no request again after a {@link ProtocolException}.
 */
public final class StreamRefusedException extends ProtocolException {
  private static final long serialVersionUID = 1L;

  private final transient Cause why;

  public StreamRefusedException(Cause why) {
    super(why.describe());
    this.why = why;
  }

  public Cause why() {
    return why;
  }
}
