package io.heliograph.server.wire;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.DirectHandler;
import io.helidon.http.RequestException;
import io.helidon.webserver.ConnectionContext;

/**
 * Reads lines that have an end. Helidon 4.5 bounds the lines of a head, but reads the size of a
 * chunk until a line ends, and keeps all of it: whoever sends digits for ever, without a token
 * even, would fill the memory.
 */
@SuppressWarnings("removal") // There is no other way to be one.
final class BoundedLines extends DataReader {

  // Sixteen digits, and room for extensions, which are refused in words.
  private static final int MAX_LINE_BYTES = 1024;

  private BoundedLines(DataReader from) {
    super(
        () -> {
          from.ensureAvailable();
          return from.readBytes(from.available());
        });
  }

  /** The connection, read with bounds. */
  static ConnectionContext of(ConnectionContext context) {
    return new OwnReader(context, new BoundedLines(context.dataReader()));
  }

  @Override
  public String readLine() {
    int end = findNewLine(MAX_LINE_BYTES);
    if (end == MAX_LINE_BYTES) {
      throw RequestException.builder()
          .type(DirectHandler.EventType.BAD_REQUEST)
          .message("The size of a chunk has no end.")
          .setKeepAlive(false)
          .build();
    }
    String line = readAsciiString(end);
    skip(2);
    return line;
  }
}
