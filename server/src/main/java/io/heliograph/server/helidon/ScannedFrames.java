package io.heliograph.server.helidon;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.http2.Http2Exception;
import io.helidon.webserver.ConnectionContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Reads an HTTP/2 connection, and sees three things in its frames that Helidon 4.5 does not:
 *
 * <ul>
 *   <li>A head that must not be decoded, which ends the connection ({@link HeadFields}).
 *   <li>That a stream was reset (RFC 9113, section 6.4). Helidon tells it to whom it believes to
 *       handle the stream; whoever is just about to is not told, and would write for as long as the
 *       connection lives.
 *   <li>That a reset is for a stream that has ended: it is not handed on ({@link LiveStreams}).
 * </ul>
 *
 * <p>Only finds where frames (RFC 9113, section 4.1) and fields begin, and decodes neither.
 *
 * <p>Can go when Helidon bounds a head as it is decoded, and tells every reset.
 */
@SuppressWarnings("removal") // There is no other way to be a DataReader.
final class ScannedFrames extends DataReader {

  private ScannedFrames(WholeHeads heads) {
    super(heads::next);
  }

  /**
   * The connection, which has sent no more than its preface yet, read so.
   *
   * @param reset told of each stream that was reset, once Helidon has come to know of it; called by
   *     the thread that reads
   */
  static ConnectionContext of(ConnectionContext context, IntConsumer reset) {
    var live = new LiveStreams();
    var heads = new WholeHeads(context.dataReader(), new Scan(reset), live);
    return new OwnReader(context, new ScannedFrames(heads), live.watching(context.dataWriter()));
  }

  /**
   * Hands on what came, but no part of a frame's head, and nothing behind a reset that has not been
   * judged: whether its stream is gone is known once all before it was worked off.
   */
  private static final class WholeHeads {
    // A type that there is not: ignored (RFC 9113, section 4.1).
    private static final byte IGNORED = 0x7f;

    private final DataReader from;
    private final Scan scan;
    private final LiveStreams live;

    private byte[] held = {};
    // Of the frame that is being handed on, at first the preface.
    private int left = Scan.PREFACE_LENGTH;

    WholeHeads(DataReader from, Scan scan, LiveStreams live) {
      this.from = from;
      this.scan = scan;
      this.live = live;
    }

    byte[] next() {
      // Who asks for more has worked off what came before.
      scan.workedOff();
      int end = end();
      while (end == 0) {
        from.ensureAvailable();
        byte[] more = from.readBytes(from.available());
        byte[] all = Arrays.copyOf(held, held.length + more.length);
        System.arraycopy(more, 0, all, held.length, more.length);
        held = all;
        end = end();
      }
      byte[] next = Arrays.copyOf(held, end);
      held = Arrays.copyOfRange(held, end, held.length);
      scan.accept(next);
      return next;
    }

    /** How much of what is held may be handed on. */
    private int end() {
      int end = 0;
      while (end < held.length) {
        if (left > 0) {
          int step = Math.min(left, held.length - end);
          left -= step;
          end += step;
          continue;
        }
        if (held.length - end < Scan.FRAME_HEAD_LENGTH) {
          return end;
        }
        int stream = Scan.streamId(held, end);
        if (held[end + 3] == Scan.RST_STREAM) {
          if (end > 0) {
            return end;
          }
          if (live.isGone(stream)) {
            held[end + 3] = IGNORED;
          }
        }
        live.received(held[end + 3], held[end + 4], stream);
        left = Scan.length(held, end);
        end += Scan.FRAME_HEAD_LENGTH;
      }
      return end;
    }
  }

  /** Follows the bytes of a connection from its beginning. Confined to the thread that reads. */
  static final class Scan {

    private static final int PREFACE_LENGTH = 24;
    private static final int FRAME_HEAD_LENGTH = 9;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int CONTINUATION = 9;
    private static final int END_HEADERS = 0x4;
    private static final int PADDED = 0x8;
    private static final int PRIORITY = 0x20;
    private static final int PRIORITY_LENGTH = 5;

    private final IntConsumer reset;
    private final byte[] head = new byte[FRAME_HEAD_LENGTH];
    private final HeadFields fields = new HeadFields();
    // Streams whose resets came since the last was worked off, in their order.
    private final List<Integer> resets = new ArrayList<>();

    private int headLength;
    // Of what is being passed over, at first the preface.
    private int skip = PREFACE_LENGTH;
    // Of the part of a head that is in this frame.
    private int fragment;
    // What follows it in the frame.
    private int padding;
    private boolean padLengthIsNext;
    private boolean lastOfHead;

    Scan(IntConsumer reset) {
      this.reset = reset;
    }

    /** All whole frames so far have been acted upon. */
    void workedOff() {
      boolean halfway = skip > 0 && head[3] == RST_STREAM;
      int whole = resets.size() - (halfway ? 1 : 0);
      for (int id : resets.subList(0, whole)) {
        reset.accept(id);
      }
      resets.subList(0, whole).clear();
    }

    /**
     * The next bytes.
     *
     * @throws Http2Exception if a head is refused
     */
    void accept(byte[] bytes) {
      int at = 0;
      while (at < bytes.length) {
        if (skip > 0) {
          int step = Math.min(skip, bytes.length - at);
          skip -= step;
          at += step;
        } else if (padLengthIsNext) {
          padLengthIsNext = false;
          padding = bytes[at++] & 0xff;
          fragment = Math.max(0, fragment - padding);
          skip = priorityLength();
        } else if (fragment > 0) {
          fields.accept(bytes[at++]);
          fragment--;
          if (fragment == 0) {
            endOfFrame();
          }
        } else {
          head[headLength++] = bytes[at++];
          if (headLength == FRAME_HEAD_LENGTH) {
            headLength = 0;
            beginFrame();
          }
        }
      }
    }

    private void beginFrame() {
      int length = length(head, 0);
      int type = head[3];
      lastOfHead = (head[4] & END_HEADERS) != 0;
      padding = 0;
      if (type == HEADERS) {
        padLengthIsNext = (head[4] & PADDED) != 0;
        fragment = Math.max(0, length - priorityLength() - (padLengthIsNext ? 1 : 0));
        if (!padLengthIsNext) {
          skip = priorityLength();
        }
      } else if (type == CONTINUATION) {
        fragment = length;
      } else {
        skip = length;
      }
      if (type == RST_STREAM) {
        resets.add(streamId(head, 0));
      }
      if ((type == HEADERS || type == CONTINUATION) && fragment == 0 && !padLengthIsNext) {
        endOfFrame();
      }
    }

    private static int length(byte[] head, int at) {
      return ((head[at] & 0xff) << 16) | ((head[at + 1] & 0xff) << 8) | (head[at + 2] & 0xff);
    }

    private static int streamId(byte[] head, int at) {
      return ((head[at + 5] & 0x7f) << 24)
          | ((head[at + 6] & 0xff) << 16)
          | ((head[at + 7] & 0xff) << 8)
          | (head[at + 8] & 0xff);
    }

    private int priorityLength() {
      return head[3] == HEADERS && (head[4] & PRIORITY) != 0 ? PRIORITY_LENGTH : 0;
    }

    private void endOfFrame() {
      skip += padding;
      if (lastOfHead) {
        fields.startOver();
      }
    }
  }
}
