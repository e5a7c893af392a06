package io.heliograph.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream, read field by field as section 9.2.6 of the HTML standard has it and by other means
 * than any client of this project: what a publisher could forge shows here.
 */
public final class PlainStream implements AutoCloseable {

  /**
   * What stands between two empty lines.
   *
   * @param fields in their order; a comment is a field without a name
   */
  public record Block(List<Field> fields) {

    /** The type of the event that a browser would fire. */
    public String type() {
      return last("event", "message");
    }

    /** Its data. */
    public String data() {
      return String.join(
          "\n", fields.stream().filter(f -> f.name().equals("data")).map(Field::value).toList());
    }

    /** Whether a browser would fire an event. */
    public boolean isEvent() {
      return fields.stream().anyMatch(field -> field.name().equals("data"));
    }

    private String last(String name, String otherwise) {
      return fields.reversed().stream()
          .filter(field -> field.name().equals(name))
          .map(Field::value)
          .findFirst()
          .orElse(otherwise);
    }
  }

  /** A line. */
  public record Field(String name, String value) {}

  private final Socket socket;
  private final InputStream in;
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private int left; // of the chunk
  private boolean afterCr;
  private boolean first = true;

  private PlainStream(Socket socket, InputStream in) {
    this.socket = socket;
    this.in = in;
  }

  /** Opens a stream; its reads fail after 10 s without a byte. */
  public static PlainStream open(int port, String path, String... headers) throws IOException {
    Socket socket = TestReader.request(port, "GET", path, headers);
    socket.setSoTimeout(10_000);
    var in = new BufferedInputStream(socket.getInputStream());
    String head = TestReader.readHead(in);
    if (!head.startsWith("HTTP/1.1 200 ")) {
      throw new AssertionError(head);
    }
    return new PlainStream(socket, in);
  }

  /** Blocks until the next empty line. */
  public Block next() throws IOException {
    var fields = new ArrayList<Field>();
    while (true) {
      String text = nextLine();
      if (text.isEmpty()) {
        return new Block(fields);
      }
      int colon = text.indexOf(':');
      String value = colon < 0 ? "" : text.substring(colon + 1);
      fields.add(
          new Field(
              colon < 0 ? text : text.substring(0, colon),
              value.startsWith(" ") ? value.substring(1) : value));
    }
  }

  private String nextLine() throws IOException {
    while (true) {
      int b = read();
      boolean lineFeedOfCr = afterCr && b == '\n';
      afterCr = b == '\r';
      if (lineFeedOfCr) {
        continue;
      }
      if (b == '\n' || b == '\r') {
        // A stream may start with one byte order mark, which is not part of it.
        String text = line.toString(UTF_8);
        line.reset();
        boolean marked = first && text.startsWith("\ufeff");
        first = false;
        return marked ? text.substring(1) : text;
      }
      line.write(b);
    }
  }

  private int read() throws IOException {
    if (left == 0) {
      left = Integer.parseInt(chunkLine(), 16);
    }
    int b = in.read();
    left--;
    if (b < 0) {
      throw new EOFException();
    }
    if (left == 0 && !chunkLine().isEmpty()) {
      throw new AssertionError("a chunk is longer than it says");
    }
    return b;
  }

  private String chunkLine() throws IOException {
    var text = new ByteArrayOutputStream();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException();
      }
      text.write(b);
    }
    return text.toString(US_ASCII).strip();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
