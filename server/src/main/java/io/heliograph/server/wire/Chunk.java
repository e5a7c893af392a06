package io.heliograph.server.wire;

import io.helidon.common.buffers.BufferData;
import io.helidon.http.Header;
import io.helidon.webserver.http.ServerResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** HTTP/1.1 framing: the head of the response, and one chunk per write (RFC 9112, section 7.1). */
final class Chunk {

  /** The last chunk. */
  static final byte[] LAST = "0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

  /** Room for the chunk's size in hexadecimal and a line end, in front of the gathered bytes. */
  static final int HEAD_ROOM = 10;

  private static final byte[] LINE_END = {'\r', '\n'};
  private static final int USUAL_HEAD = 512;

  private Chunk() {}

  /** Turns the gathered bytes into a chunk and returns its offset. */
  static int seal(FrameBuffer frames) {
    int size = frames.size();
    frames.put(LINE_END);
    byte[] bytes = frames.bytes();
    int start = HEAD_ROOM;
    bytes[--start] = '\n';
    bytes[--start] = '\r';
    for (int rest = size; rest > 0; rest >>>= 4) {
      bytes[--start] = (byte) HexFormat.of().toLowHexDigit(rest);
    }
    return start;
  }

  /** The head of the response. */
  static BufferData head(ServerResponse response) {
    BufferData head = BufferData.growing(USUAL_HEAD);
    head.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
    for (Header header : response.headers()) {
      header.writeHttp1Header(head);
    }
    head.write("Transfer-Encoding: chunked\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    return head;
  }
}
