package io.heliograph.server.helidon;

import io.helidon.common.buffers.BufferData;
import io.helidon.common.buffers.DataWriter;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Which streams of an HTTP/2 connection have not ended yet on both sides (RFC 9113, section 5.1),
 * by the frames that pass. Helidon 4.5 forgets a stream that has ended, and takes a reset that
 * crossed its end for an error of the connection, which ends all others.
 *
 * <p>Can go when Helidon ignores such a reset.
 */
final class LiveStreams {

  private static final int FRAME_HEAD_LENGTH = 9;
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int END_STREAM = 0x1;

  private static final int PEER_ENDED = 1;
  private static final int SERVER_ENDED = 2;

  // By stream, which side has ended it; no more than Helidon allows at a time.
  private final ConcurrentMap<Integer, Integer> live = new ConcurrentHashMap<>();

  // Confined to the thread that reads.
  private int newest;

  /** A frame from the peer, which is about to be handed on. */
  void received(int type, int flags, int stream) {
    if (type == HEADERS && stream > newest) {
      newest = stream;
      live.put(stream, 0);
    }
    if (type == RST_STREAM) {
      live.remove(stream);
    } else if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
      ended(stream, PEER_ENDED);
    }
  }

  /** Whether there was such a stream, and both sides have ended it, or either has reset it. */
  boolean isGone(int stream) {
    return (stream & 1) == 1 && stream <= newest && !live.containsKey(stream);
  }

  private void sent(BufferData frame) {
    if (frame.available() < FRAME_HEAD_LENGTH) {
      return;
    }
    int type = frame.get(3);
    if (type == RST_STREAM) {
      live.remove(streamOf(frame));
    } else if ((type == HEADERS || type == DATA) && (frame.get(4) & END_STREAM) != 0) {
      ended(streamOf(frame), SERVER_ENDED);
    }
  }

  private static int streamOf(BufferData frame) {
    return ((frame.get(5) & 0x7f) << 24)
        | ((frame.get(6) & 0xff) << 16)
        | ((frame.get(7) & 0xff) << 8)
        | (frame.get(8) & 0xff);
  }

  private void ended(int stream, int side) {
    live.computeIfPresent(
        stream, (_, ended) -> (ended | side) == (PEER_ENDED | SERVER_ENDED) ? null : ended | side);
  }

  /** The writer, to which Helidon gives a frame at a time, seen from here. */
  DataWriter watching(DataWriter writer) {
    return new DataWriter() {
      @Override
      public void write(BufferData... buffers) {
        write(BufferData.create(buffers));
      }

      @Override
      public void write(BufferData buffer) {
        sent(buffer);
        writer.write(buffer);
      }

      @Override
      public void writeNow(BufferData... buffers) {
        writeNow(BufferData.create(buffers));
      }

      @Override
      public void writeNow(BufferData buffer) {
        sent(buffer);
        writer.writeNow(buffer);
      }

      @Override
      public void flush() {
        writer.flush();
      }

      @Override
      public void close() {
        writer.close();
      }
    };
  }
}
