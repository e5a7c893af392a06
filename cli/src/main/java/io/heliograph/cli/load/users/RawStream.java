package io.heliograph.cli.load.users;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads one HTTP/1.1 response with an event stream, as its bytes come: head, chunks, lines, blocks.
 * Holds no buffer while no line is cut by the end of a read. Confined to one thread.
 */
final class RawStream {
  /** What it finds, in order. */
  interface Sink {
    /** The head is whole. */
    void head(int status, String contentType);

    void event(String type, String data, String lastEventId);

    /** A block moved the id without an event. */
    void positioned(String lastEventId);

    void comment();

    void retry(long millis);
  }

  private enum Part {
    HEAD,
    SIZE,
    CHUNK,
    CHUNK_END,
    UNFRAMED,
    END
  }

  private static final byte[] NOTHING = {};
  private static final int LONGEST_HTTP_LINE = 16_384;
  private static final int LONGEST_LINE = 1 << 20;
  private static final int LONGEST_HEAD = 1 << 18;
  private static final int LONGEST_DATA = 1 << 20;
  private static final Pattern CHUNK_SIZE = Pattern.compile("[0-9a-fA-F]{1,15}");

  private final Sink sink;
  private Part part = Part.HEAD;
  private @Nullable StringBuilder httpLine;
  // A line of the stream that began in an earlier read.
  private byte[] partial = NOTHING;
  private int partialLength;
  private long left;
  private boolean skipLineFeed;
  // Before the first line of a stream a byte order mark may stand.
  private boolean first = true;

  // The head so far.
  private int headLength;
  private int status;
  private boolean chunked;
  private String contentType = "";

  // The block under way.
  private @Nullable StringBuilder data;
  private String type = "";
  private @Nullable String newId;
  private String lastId;

  RawStream(String lastId, Sink sink) {
    this.lastId = lastId;
    this.sink = sink;
  }

  /** Whether the response is over, by its own framing. */
  boolean ended() {
    return part == Part.END;
  }

  /**
   * Takes what was read.
   *
   * @throws IOException if it is no such response
   */
  void read(ByteBuffer in) throws IOException {
    while (in.hasRemaining() && part != Part.END) {
      switch (part) {
        case HEAD -> {
          String line = httpLine(in);
          if (line != null) {
            head(line);
          }
        }
        case SIZE -> {
          String line = httpLine(in);
          if (line != null) {
            size(line);
          }
        }
        case CHUNK -> {
          int end = in.limit();
          int take = (int) Math.min(left, in.remaining());
          in.limit(in.position() + take);
          body(in);
          in.limit(end);
          left -= take;
          if (left == 0) {
            part = Part.CHUNK_END;
          }
        }
        case CHUNK_END -> {
          if (in.get() == '\n') {
            part = Part.SIZE;
          }
        }
        case UNFRAMED -> body(in);
        case END -> throw new IllegalStateException("the loop ends there");
      }
    }
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
      sink.head(status, contentType);
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

  private void body(ByteBuffer in) throws IOException {
    while (in.hasRemaining()) {
      byte b = in.get();
      if (b == '\n' && skipLineFeed) {
        skipLineFeed = false;
      } else if (b == '\n' || b == '\r') {
        skipLineFeed = b == '\r';
        line(new String(partial, 0, partialLength, StandardCharsets.UTF_8));
        partialLength = 0;
      } else {
        skipLineFeed = false;
        keep(b);
      }
    }
    if (partialLength == 0) {
      partial = NOTHING;
    }
  }

  private void keep(byte b) throws IOException {
    if (partialLength == partial.length) {
      if (partialLength >= LONGEST_LINE) {
        throw new ProtocolException("a line has no end");
      }
      partial = Arrays.copyOf(partial, Math.max(256, partialLength * 2));
    }
    partial[partialLength++] = b;
  }

  private void line(String text) throws IOException {
    String line = text;
    if (first) {
      first = false;
      line = text.startsWith("\uFEFF") ? text.substring(1) : text;
    }
    if (line.isEmpty()) {
      block();
      return;
    }
    int colon = line.indexOf(':');
    if (colon == 0) {
      sink.comment();
      return;
    }
    String field = colon < 0 ? line : line.substring(0, colon);
    String value =
        colon < 0 ? "" : line.substring(line.startsWith(" ", colon + 1) ? colon + 2 : colon + 1);
    switch (field) {
      case "data" -> {
        if (data == null) {
          data = new StringBuilder(value);
        } else {
          data.append('\n').append(value);
        }
        if (data.length() > LONGEST_DATA) {
          throw new ProtocolException("an event has no end");
        }
      }
      case "event" -> type = value;
      case "id" -> newId = value.indexOf('\0') >= 0 ? newId : value;
      case "retry" -> {
        if (value.matches("\\d{1,9}")) {
          sink.retry(Long.parseLong(value));
        }
      }
      default -> {
        // The standard ignores other fields.
      }
    }
  }

  private void block() {
    if (newId != null) {
      lastId = newId;
    }
    if (data != null) {
      sink.event(type.isEmpty() ? "message" : type, data.toString(), lastId);
    } else if (newId != null) {
      sink.positioned(lastId);
    }
    data = null;
    type = "";
    newId = null;
  }
}
