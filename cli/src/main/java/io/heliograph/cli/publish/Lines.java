package io.heliograph.cli.publish;

import io.heliograph.cli.option.ByteOrderMark;
import io.heliograph.client.NewEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/**
 * Each line is the data of an event; empty ones are passed over. A line that is there is not held
 * up by the next, which may come in an hour. Keeps no more than a line, or what is there at once.
 */
final class Lines implements Source {
  /** The most that a server takes in one request, whatever its settings are. */
  static final int MAX_BYTES = 16 << 20;

  private static final int ENOUGH_BYTES = 1 << 20;
  private static final int CHUNK = 1 << 16;

  private final InputStream in;
  private final Function<String, NewEvent> event;
  private final Buffer read = new Buffer();
  private final byte[] chunk = new byte[CHUNK];
  // Where there is no line feed before: a long line that comes in pieces is searched once.
  private long searched;
  private boolean over;
  private long line;
  // A bad line, once the good ones before it have been given.
  private @Nullable BadLineException bad;

  Lines(InputStream in, Function<String, NewEvent> event) {
    this.in = in;
    this.event = event;
  }

  @Override
  public List<Item> next(int atMost) throws IOException, BadLineException {
    var items = new ArrayList<Item>();
    try {
      if (bad == null) {
        gather(items, atMost);
      }
    } catch (BadLineException e) {
      bad = e;
    }
    if (bad != null && items.isEmpty()) {
      throw bad;
    }
    return items;
  }

  private void gather(List<Item> items, int atMost) throws IOException, BadLineException {
    long bytes = 0;
    while (items.size() < atMost && bytes < ENOUGH_BYTES) {
      long end = read.indexOf((byte) '\n', searched);
      searched = end < 0 ? read.size() : 0;
      if (end < 0 && !over) {
        if (read.size() > MAX_BYTES) {
          throw new BadLineException(line + 1, "longer than 16 MiB, which no server takes");
        } else if (!items.isEmpty() && in.available() == 0) {
          return;
        }
        fill();
        continue;
      } else if (end < 0 && read.exhausted()) {
        return;
      }
      line++;
      bytes += end < 0 ? read.size() : end;
      String text = text(end);
      if (!text.isBlank()) {
        items.add(item(text));
      }
    }
  }

  private void fill() throws IOException {
    int count = in.read(chunk);
    over = count < 0;
    if (count > 0) {
      read.write(chunk, 0, count);
    }
  }

  private String text(long end) throws IOException, BadLineException {
    // The last line may lack its end.
    byte[] bytes = end < 0 ? read.readByteArray() : read.readByteArray(end);
    if (end >= 0) {
      read.skip(1);
    }
    String text;
    try {
      text = Utf8.strict(bytes);
    } catch (CharacterCodingException e) {
      throw new BadLineException(line, Utf8.COMPLAINT);
    }
    text = line == 1 ? ByteOrderMark.removed(text) : text;
    return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
  }

  private Item item(String text) throws BadLineException {
    try {
      return new Item(line, event.apply(text));
    } catch (IllegalArgumentException e) {
      throw new BadLineException(line, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String unit() {
    return "line";
  }
}
