package io.heliograph.server.wire;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.hub.Control;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The bytes of the stream, as docs/protocol.md describes them and docs/protocol/vectors holds them.
 * Pure: the same arguments, the same bytes.
 */
final class SseFrames {

  /** Goes up when a reader of the old stream could not read the new. */
  static final int PROTOCOL = 1;

  private static final byte[] COMMENT = ascii(":\n\n");
  private static final byte[] ID_FIELD = ascii("id: ");
  private static final byte[] LINE_END = ascii("\n");
  private static final byte[] BLOCK_END = ascii("\n\n");

  private SseFrames() {}

  /** An event under the cursor after it; an ephemeral one leaves the reader's cursor alone. */
  static void event(FrameBuffer out, StoredEvent event, Cursor after) {
    if (!event.ephemeral()) {
      out.put(ID_FIELD).put(after).put(LINE_END);
    }
    out.put(event.block());
  }

  /** A block without data: the reader keeps the id, and a browser fires no event. */
  static void cursor(FrameBuffer out, Cursor cursor) {
    out.put(ID_FIELD).put(cursor).put(BLOCK_END);
  }

  /** The heartbeat. */
  static void comment(FrameBuffer out) {
    out.put(COMMENT);
  }

  /** Never with an id, which would move the reader's cursor past events. */
  static void control(FrameBuffer out, Control control) {
    switch (control) {
      case Control.Start start -> {
        out.put("retry: " + start.retry().toMillis() + "\n");
        comment(out);
      }
      case Control.Open open ->
          event(
              out,
              "stream.open",
              "{\"connection\":%s,\"user\":%s,\"mode\":%s,\"heartbeatMs\":%d,\"protocol\":%d}"
                  .formatted(
                      quoted(open.connection()),
                      quoted(open.user().value()),
                      quoted(open.mode().name().toLowerCase(Locale.ROOT)),
                      open.heartbeat().toMillis(),
                      PROTOCOL));
      case Control.Gap gap ->
          event(
              out,
              "stream.gap",
              "{\"log\":%s,\"reason\":%s,\"lost\":%s}"
                  .formatted(
                      quoted(gap.log().word()),
                      quoted(gap.reason().name().toLowerCase(Locale.ROOT)),
                      gap.lost().isPresent() ? gap.lost().getAsLong() : "null"));
      case Control.Live live -> event(out, "stream.live", "{\"replayed\":" + live.replayed() + "}");
      case Control.Expiring expiring ->
          event(out, "stream.expiring", "{\"inMs\":" + expiring.in().toMillis() + "}");
      case Control.Closing closing -> {
        out.put("retry: " + closing.retry().toMillis() + "\n");
        event(
            out,
            "stream.closing",
            "{\"reason\":%s,\"reconnect\":%b}"
                .formatted(quoted(closing.reason().text()), closing.reason().reconnect()));
      }
    }
  }

  private static void event(FrameBuffer out, String type, String json) {
    out.put("event: ").put(type).put("\ndata: ").put(json).put(BLOCK_END);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
