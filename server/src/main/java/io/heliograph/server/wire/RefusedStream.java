package io.heliograph.server.wire;

import io.heliograph.server.hub.CloseReason;
import io.heliograph.server.hub.Control;
import java.time.Duration;
import java.util.Arrays;

/**
 * A stream that ends as it begins. A browser's EventSource gives up for good on any status but 200,
 * so who may come back later is told so in a stream.
 */
public final class RefusedStream {

  private RefusedStream() {}

  /**
   * The whole body.
   *
   * @param retry what a reader usually waits
   * @param comeBack what this one should wait
   */
  public static byte[] bytes(Duration retry, CloseReason reason, Duration comeBack) {
    var out = new FrameBuffer(0);
    SseFrames.control(out, new Control.Start(retry));
    SseFrames.control(out, new Control.Closing(reason, comeBack));
    return Arrays.copyOf(out.bytes(), out.end());
  }
}
