package io.heliograph.server.log.file;

import java.io.IOException;

/** What was read is not what was written. */
final class DamagedException extends IOException {

  private static final long serialVersionUID = 1L;

  DamagedException(String message) {
    super(message);
  }
}
