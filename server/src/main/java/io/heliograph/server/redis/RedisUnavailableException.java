package io.heliograph.server.redis;

import org.jspecify.annotations.Nullable;

/** Redis did not confirm a command, so that it is not known whether the command was executed. */
public final class RedisUnavailableException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Creates it with what an operator needs to know. */
  public RedisUnavailableException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
