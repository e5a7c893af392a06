package io.heliograph.server.wire;

import io.heliograph.server.event.Cursor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that grow, with room left in front for a head that is known only at the end. */
final class FrameBuffer {

  private static final int SMALLEST = 256;

  private final int headRoom;
  private byte[] bytes;
  private int end;

  FrameBuffer(int headRoom) {
    this.headRoom = headRoom;
    this.bytes = new byte[SMALLEST];
    this.end = headRoom;
  }

  /** Bytes gathered, the head not counted. */
  int size() {
    return end - headRoom;
  }

  byte[] bytes() {
    return bytes;
  }

  /** Where the next byte goes. */
  int end() {
    return end;
  }

  FrameBuffer put(byte[] more) {
    return put(more, 0, more.length);
  }

  FrameBuffer put(byte[] from, int offset, int length) {
    reserve(length);
    System.arraycopy(from, offset, bytes, end, length);
    end += length;
    return this;
  }

  FrameBuffer put(String text) {
    return put(text.getBytes(StandardCharsets.UTF_8));
  }

  FrameBuffer put(Cursor cursor) {
    reserve(Cursor.MAX_LENGTH);
    end = cursor.encode(bytes, end);
    return this;
  }

  private void reserve(int more) {
    if (bytes.length - end < more) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, end + more));
    }
  }
}
