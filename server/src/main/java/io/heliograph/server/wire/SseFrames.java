package io.heliograph.server.wire;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.heliograph.server.event.Cursor;
import io.heliograph.server.event.StoredEvent;
import io.heliograph.server.hub.Control;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * The bytes of the stream, as docs/protocol.md describes them and docs/protocol/vectors holds them.
 * Pure: the same arguments, the same bytes.
 */
final class SseFrames {

  /** Goes up when a reader of the old stream could not read the new. */
  static final int PROTOCOL = 2;

  private static final byte[] COMMENT = ascii(":\n");
  private static final byte[] ID_FIELD = ascii("id: ");
  private static final byte[] LINE_END = ascii("\n");
  private static final byte[] BLOCK_END = ascii("\n\n");

  private SseFrames() {}

  /**
   * An event under the cursor after it.
   *
   * @param withTrace whether the event's trace, if it has one, goes before it: a comment, which a
   *     reader that does not know it ignores
   */
  static void event(FrameBuffer out, StoredEvent event, Cursor after, boolean withTrace) {
    int trace = event.traceLength();
    if (withTrace && trace > 0) {
      out.put(event.bytes(), event.offset(), trace);
    }
    out.put(ID_FIELD).put(after).put(LINE_END);
    out.put(event.bytes(), event.offset() + trace, event.length() - trace);
  }

  /**
   * The heartbeat. No empty line follows: a client must not take it for an event without data, and
   * some fail on one.
   */
  static void comment(FrameBuffer out) {
    out.put(COMMENT);
  }

  /**
   * An event of the server's own.
   *
   * @param id the reader's cursor; "" if it has none to keep
   */
  static void control(FrameBuffer out, Control control, String id) {
    switch (control) {
      case Control.Open open -> {
        // First a comment: what is left of a block that was cut may stand before it in the parser
        // of a browser that does not start afresh (WebKitGTK 2.50), and must spoil nothing.
        comment(out);
        retry(out, open.retry());
        event(
            out,
            "stream.open",
            id,
            "{\"connection\":%s,\"user\":%s,\"mode\":%s,\"heartbeatMs\":%s,\"protocol\":%s%s}"
                .formatted(
                    quoted(open.connection()),
                    quoted(open.user().value()),
                    quoted(word(open.mode())),
                    open.heartbeat().toMillis(),
                    PROTOCOL,
                    open.degraded() ? ",\"degraded\":true" : ""));
      }
      case Control.Gap gap ->
          event(
              out,
              "stream.gap",
              id,
              "{\"log\":%s,\"reason\":%s,\"lost\":%s}"
                  .formatted(
                      quoted(gap.log()),
                      quoted(word(gap.reason())),
                      gap.lost().isPresent() ? gap.lost().getAsLong() : "null"));
      case Control.Live live ->
          event(out, "stream.live", id, "{\"replayed\":" + live.replayed() + "}");
      case Control.Moved _ -> event(out, "stream.position", id, "{}");
      case Control.Beat beat ->
          event(out, "stream.heartbeat", id, "{\"time\":" + beat.time().toEpochMilli() + "}");
      case Control.Expiring expiring ->
          event(out, "stream.expiring", id, "{\"inMs\":" + expiring.in().toMillis() + "}");
      case Control.Closing closing -> {
        retry(out, closing.retry());
        event(
            out,
            "stream.closing",
            id,
            "{\"reason\":%s,\"reconnect\":%b}"
                .formatted(quoted(closing.reason().text()), closing.reason().reconnect()));
      }
    }
  }

  private static void retry(FrameBuffer out, Duration retry) {
    out.put("retry: " + retry.toMillis() + "\n");
  }

  private static void event(FrameBuffer out, String type, String id, String json) {
    out.put("event: ").put(type).put(LINE_END);
    if (!id.isEmpty()) {
      out.put(ID_FIELD).put(id).put(LINE_END);
    }
    out.put("data: ").put(json).put(BLOCK_END);
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String quoted(String text) {
    return '"' + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
