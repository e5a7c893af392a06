package io.heliograph.cli.load.users;

import io.heliograph.client.SseParser;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one HTTP/1.1 response with an event stream, as its bytes come: head and chunks; the SDK's
 * parser reads what is in them. Confined to one thread.
 */
final class RawStream {
  private enum Part {
    HEAD,
    SIZE,
    CHUNK,
    CHUNK_END,
    UNFRAMED,
    END
  }

  /** Hears of the head, once it is whole. */
  interface Head {
    void head(int status, String contentType);
  }

  private static final int LONGEST_HTTP_LINE = 16_384;
  private static final int LONGEST_HEAD = 1 << 18;
  private static final Pattern CHUNK_SIZE = Pattern.compile("[0-9a-fA-F]{1,15}");

  private final Head heads;
  private final SseParser events;
  private Part part = Part.HEAD;
  private @Nullable StringBuilder httpLine;
  private long left;

  // The head so far.
  private int headLength;
  private int status;
  private boolean chunked;
  private String contentType = "";

  RawStream(Head heads, SseParser events) {
    this.heads = heads;
    this.events = events;
  }

  /** Whether the response is over, by its own framing. */
  boolean ended() {
    return part == Part.END;
  }

  /** Takes what was read into a buffer with an array. */
  void read(ByteBuffer in) throws IOException {
    while (in.hasRemaining() && part != Part.END) {
      switch (part) {
        case HEAD, SIZE -> {
          String line = httpLine(in);
          if (line != null && part == Part.HEAD) {
            head(line);
          } else if (line != null) {
            size(line);
          }
        }
        case CHUNK -> {
          left -= body(in, left);
          if (left == 0) {
            part = Part.CHUNK_END;
          }
        }
        case CHUNK_END -> {
          if (in.get() == '\n') {
            part = Part.SIZE;
          }
        }
        case UNFRAMED -> body(in, in.remaining());
        case END -> throw new IllegalStateException("the loop ends there");
      }
    }
  }

  private int body(ByteBuffer in, long most) throws IOException {
    int count = (int) Math.min(most, in.remaining());
    events.feed(in.array(), in.arrayOffset() + in.position(), count);
    in.position(in.position() + count);
    return count;
  }

  private @Nullable String httpLine(ByteBuffer in) throws IOException {
    StringBuilder line = httpLine == null ? new StringBuilder(64) : httpLine;
    httpLine = line;
    while (in.hasRemaining()) {
      char c = (char) in.get();
      if (c == '\n') {
        httpLine = null;
        int length = line.length();
        return length > 0 && line.charAt(length - 1) == '\r'
            ? line.substring(0, length - 1)
            : line.toString();
      } else if (line.length() >= LONGEST_HTTP_LINE) {
        throw new ProtocolException("a line of the head has no end");
      }
      line.append(c);
    }
    return null;
  }

  private void head(String line) throws IOException {
    headLength += line.length() + 2;
    if (headLength > LONGEST_HEAD) {
      throw new ProtocolException("the head has no end");
    }
    if (status == 0) {
      if (!line.startsWith("HTTP/1.") || line.length() < 12) {
        throw new ProtocolException("no HTTP answer");
      }
      String code = line.substring(9, 12);
      if (!code.chars().allMatch(c -> c >= '0' && c <= '9')) {
        throw new ProtocolException("no HTTP answer");
      }
      status = Integer.parseInt(code);
      return;
    }
    String lower = line.toLowerCase(Locale.ROOT);
    if (lower.startsWith("transfer-encoding:")) {
      chunked = lower.contains("chunked");
    } else if (lower.startsWith("content-type:")) {
      contentType = lower.substring(13).strip();
    } else if (line.isEmpty()) {
      heads.head(status, contentType);
      part = chunked ? Part.SIZE : Part.UNFRAMED;
    }
  }

  private void size(String line) throws IOException {
    int end = line.indexOf(';');
    String digits = (end < 0 ? line : line.substring(0, end)).strip();
    if (!CHUNK_SIZE.matcher(digits).matches()) {
      throw new ProtocolException("a chunk without a size");
    }
    left = Long.parseLong(digits, 16);
    part = left == 0 ? Part.END : Part.CHUNK;
  }
}
