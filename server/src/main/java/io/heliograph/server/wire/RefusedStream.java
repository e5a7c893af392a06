package io.heliograph.server.wire;

import io.heliograph.server.event.Cursor;
import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Control;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;

/**
 * A stream that ends as it begins. A browser's EventSource gives up for good on any status but 200,
 * so who may come back later is told so in a stream.
 */
public final class RefusedStream {

  private RefusedStream() {}

  /**
   * The whole body.
   *
   * @param comeBack how long the reader should wait before it reconnects
   * @param lastEventId what the reader sent as its cursor, which it keeps; empty if it sent none,
   *     for then there is nothing to keep
   */
  public static byte[] bytes(CloseReason reason, Duration comeBack, Optional<String> lastEventId) {
    var out = new FrameBuffer(0);
    SseFrames.comment(out);
    String id = lastEventId.map(Cursor::echo).orElse("");
    SseFrames.control(out, new Control.Closing(reason, comeBack), id);
    return Arrays.copyOf(out.bytes(), out.end());
  }
}
