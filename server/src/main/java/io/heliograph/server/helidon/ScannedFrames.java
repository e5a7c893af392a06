package io.heliograph.server.helidon;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.http2.Http2ErrorCode;
import io.helidon.http.http2.Http2Exception;
import io.helidon.webserver.ConnectionContext;
import io.heliograph.server.helidon.hpack.HeadDecoder;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads an HTTP/2 connection before Helidon 4.5 does, because Helidon
 *
 * <ul>
 *   <li>bounds a head only as it is on the wire, ends the connection where a field is large, and
 *       makes upper case of a method. Heads are decoded here, and Helidon gets them as {@link
 *       io.heliograph.server.helidon.hpack.Head#encoded} writes them, with the reason if they must
 *       be refused;
 *   <li>tells of a reset (RFC 9113, section 6.4) only whom it believes to handle the stream:
 *       whoever is just about to is not told, and would write for as long as the connection lives;
 *   <li>takes a reset for a stream that has ended for an error of the connection: it is not handed
 *       on ({@link LiveStreams}).
 * </ul>
 *
 * <p>All other frames are handed on as they come (RFC 9113, section 4.1).
 *
 * <p>Can go when Helidon bounds a head as it is decoded, and tells every reset.
 */
@SuppressWarnings("removal") // There is no other way to be a DataReader.
final class ScannedFrames extends DataReader {

  private ScannedFrames(Frames frames) {
    super(frames::next);
  }

  /**
   * The connection, which has sent no more than its preface yet, read so.
   *
   * @param reset told of each stream that was reset, once Helidon has come to know of it; called by
   *     the thread that reads
   */
  static ConnectionContext of(ConnectionContext context, IntConsumer reset) {
    var live = new LiveStreams();
    var frames = new Frames(context.dataReader(), live, reset);
    return new OwnReader(context, new ScannedFrames(frames), live.watching(context.dataWriter()));
  }

  /** The frames as Helidon may have them. Confined to the thread that reads. */
  static final class Frames {

    private static final int PREFACE_LENGTH = 24;
    private static final int FRAME_HEAD_LENGTH = 9;
    private static final int MAX_FRAME_LENGTH = 16 * 1024; // Which Helidon allows.

    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int CONTINUATION = 9;
    // A type that there is not: ignored (RFC 9113, section 4.1).
    private static final byte IGNORED = 0x7f;

    private static final int RST_STREAM_LENGTH = 4;

    // What a head may take on the wire, however little comes of it.
    private static final int MAX_BLOCK_LENGTH = 2 * HeadDecoder.MAX_BYTES;

    private final DataReader from;
    private final LiveStreams live;
    private final IntConsumer reset;
    private final HeadDecoder decoder = new HeadDecoder();

    private byte[] held = {};
    private int at;
    // Of the frame that is being handed on, at first the preface.
    private int left = PREFACE_LENGTH;
    private @Nullable Block block;
    // Handed on, in their order; Helidon has worked them off when it asks for more.
    private final List<Integer> resets = new ArrayList<>();

    Frames(DataReader from, LiveStreams live, IntConsumer reset) {
      this.from = from;
      this.live = live;
      this.reset = reset;
    }

    /**
     * What to hand on next: no part of a frame's head or of a request's, and nothing behind a
     * reset, because whether its stream is gone is known once all before it was worked off.
     *
     * @throws Http2Exception if what came ends the connection
     */
    byte[] next() {
      resets.forEach(reset::accept);
      resets.clear();
      var out = new ByteArrayOutputStream();
      while (true) {
        while (step(out)) {
          // Each takes something of what is held.
        }
        held = Arrays.copyOfRange(held, at, held.length);
        at = 0;
        if (out.size() > 0) {
          return out.toByteArray();
        }
        from.ensureAvailable();
        byte[] more = from.readBytes(from.available());
        byte[] all = Arrays.copyOf(held, held.length + more.length);
        System.arraycopy(more, 0, all, held.length, more.length);
        held = all;
      }
    }

    /** Takes the next of what is held; false if it must wait, for more or to be worked off. */
    private boolean step(ByteArrayOutputStream out) {
      int available = held.length - at;
      if (left > 0) {
        int some = Math.min(left, available);
        out.write(held, at, some);
        at += some;
        left -= some;
        return some > 0;
      }
      if (available < FRAME_HEAD_LENGTH) {
        return false;
      }
      int length = (number(at) >> 8) & 0xff_ffff;
      int type = held[at + 3];
      int stream = number(at + 5) & 0x7fff_ffff;
      if (type == HEADERS || block != null) {
        return takeHead(out, length, type, stream);
      }
      if (type == RST_STREAM && length == RST_STREAM_LENGTH) {
        if (out.size() > 0 || available < FRAME_HEAD_LENGTH + length) {
          return false;
        }
        if (live.isGone(stream)) {
          held[at + 3] = IGNORED;
        } else {
          resets.add(stream);
        }
      }
      live.received(held[at + 3], held[at + 4], stream);
      out.write(held, at, FRAME_HEAD_LENGTH);
      at += FRAME_HEAD_LENGTH;
      left = length;
      return true;
    }

    private int number(int index) {
      return ByteBuffer.wrap(held).getInt(index);
    }

    /** Takes a whole frame of a head, and hands the head on if it is the last. */
    private boolean takeHead(ByteArrayOutputStream out, int length, int type, int stream) {
      if (length > MAX_FRAME_LENGTH) {
        throw new Http2Exception(
            Http2ErrorCode.FRAME_SIZE, "A frame of a header block is too large.");
      }
      if (block != null && (type != CONTINUATION || stream != block.stream)) {
        throw new Http2Exception(
            Http2ErrorCode.PROTOCOL, "A header block is interrupted by another frame.");
      }
      if (held.length - at < FRAME_HEAD_LENGTH + length) {
        return false;
      }
      int flags = held[at + 4];
      byte[] payload =
          Arrays.copyOfRange(held, at + FRAME_HEAD_LENGTH, at + FRAME_HEAD_LENGTH + length);
      at += FRAME_HEAD_LENGTH + length;
      Block whole = block == null ? new Block(stream, flags, payload) : block;
      if (block != null) {
        whole.fragments.writeBytes(payload);
      }
      if (whole.fragments.size() > MAX_BLOCK_LENGTH) {
        throw new Http2Exception(
            Http2ErrorCode.ENHANCE_YOUR_CALM,
            "A header block has more than " + MAX_BLOCK_LENGTH + " bytes.");
      }
      block = whole;
      if ((flags & Block.END_HEADERS) != 0) {
        block = null;
        live.received(HEADERS, whole.flags, stream);
        whole.write(decoder.decode(whole.fragments.toByteArray()).encoded(), out);
      }
      return true;
    }
  }

  /** A head in one or more frames (RFC 9113, section 6.2). */
  private static final class Block {

    private static final int END_STREAM = 0x1;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;
    private static final int PRIORITY_LENGTH = 5;

    private final int stream;
    private final int flags;
    private final byte[] priority;
    private final ByteArrayOutputStream fragments = new ByteArrayOutputStream();

    Block(int stream, int flags, byte[] payload) {
      this.stream = stream;
      this.flags = flags;
      boolean padded = (flags & PADDED) != 0;
      int from = padded ? 1 : 0;
      int padding = padded && payload.length > 0 ? payload[0] & 0xff : 0;
      int priorityLength = (flags & PRIORITY) == 0 ? 0 : PRIORITY_LENGTH;
      int length = payload.length - from - priorityLength - padding;
      if (length < 0) {
        throw new Http2Exception(
            padding > 0 ? Http2ErrorCode.PROTOCOL : Http2ErrorCode.FRAME_SIZE,
            "A HEADERS frame is shorter than its padding and priority.");
      }
      this.priority = Arrays.copyOfRange(payload, from, from + priorityLength);
      fragments.write(payload, from + priorityLength, length);
    }

    /** In as few frames as it takes, without padding. */
    void write(byte[] head, ByteArrayOutputStream out) {
      int first = Math.min(head.length, Frames.MAX_FRAME_LENGTH - priority.length);
      int last = first == head.length ? END_HEADERS : 0;
      int kept = flags & (END_STREAM | PRIORITY);
      frame(out, Frames.HEADERS, kept | last, priority.length + first);
      out.writeBytes(priority);
      out.write(head, 0, first);
      for (int from = first; from < head.length; ) {
        int some = Math.min(head.length - from, Frames.MAX_FRAME_LENGTH);
        last = from + some == head.length ? END_HEADERS : 0;
        frame(out, Frames.CONTINUATION, last, some);
        out.write(head, from, some);
        from += some;
      }
    }

    private void frame(ByteArrayOutputStream out, int type, int frameFlags, int length) {
      out.writeBytes(
          ByteBuffer.allocate(Frames.FRAME_HEAD_LENGTH)
              .putInt((length << 8) | type)
              .put((byte) frameFlags)
              .putInt(stream)
              .array());
    }
  }
}
