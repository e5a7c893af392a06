package io.heliograph.cli.decode;

import java.io.IOException;
import okio.Buffer;
import okio.BufferedSource;
import okio.ByteString;
import okio.ForwardingSource;

/**
 * Puts an event before a stream. The SDK keeps Heliograph's control events ({@code stream.open} and
 * such) to itself if a stream begins with one; behind this, they are events as any other.
 */
final class Preface extends ForwardingSource {
  private static final ByteString EVENT = ByteString.encodeUtf8("data: preface\n\n");
  // The standard drops it at the very beginning only, which the preface takes.
  private static final ByteString BYTE_ORDER_MARK = ByteString.decodeHex("efbbbf");

  private final BufferedSource stream;
  private boolean before = true;
  private boolean first = true;

  Preface(BufferedSource stream) {
    super(stream);
    this.stream = stream;
  }

  @Override
  public long read(Buffer sink, long byteCount) throws IOException {
    if (before) {
      before = false;
      sink.write(EVENT);
      return EVENT.size();
    }
    if (first) {
      first = false;
      if (stream.rangeEquals(0, BYTE_ORDER_MARK)) {
        stream.skip(BYTE_ORDER_MARK.size());
      }
    }
    return super.read(sink, byteCount);
  }
}
