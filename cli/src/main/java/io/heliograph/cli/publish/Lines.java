package io.heliograph.cli.publish;

import io.heliograph.cli.option.InputFile;
import io.heliograph.client.NewEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Each line is the data of an event; empty ones are skipped. A line that is there does not wait for
 * the next, which may come in an hour. Holds no more than a line, or what is there at once.
 */
final class Lines implements Source {
  /** The most that a server accepts in one request, whatever its settings are. */
  static final int MAX_BYTES = 16 << 20;

  private static final int ENOUGH_BYTES = 1 << 20;
  private static final int CHUNK = 1 << 16;

  private final InputStream in;
  private final Function<String, NewEvent> event;
  // From start to end: what was read and not given; no line feed before searched.
  private byte[] bytes = new byte[2 * CHUNK];
  private int start;
  private int end;
  private int searched;
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
    long given = 0;
    while (items.size() < atMost && given < ENOUGH_BYTES) {
      boolean ends = find();
      if (!ends && !over) {
        if (end - start > MAX_BYTES) {
          throw new BadLineException(line + 1, "longer than 16 MiB, the server's limit");
        } else if (!items.isEmpty() && in.available() == 0) {
          return;
        }
        fill();
        continue;
      } else if (!ends && start == end) {
        return;
      }
      line++;
      given += searched - start;
      String text = text(Arrays.copyOfRange(bytes, start, searched));
      start = Math.min(end, searched + 1); // The last line may lack its line feed.
      searched = start;
      if (!text.isBlank()) {
        items.add(item(text));
      }
    }
  }

  /** Moves {@link #searched} to the next line feed, or to the end if there is none. */
  private boolean find() {
    while (searched < end && bytes[searched] != '\n') {
      searched++;
    }
    return searched < end;
  }

  private void fill() throws IOException {
    if (bytes.length - end < CHUNK) {
      byte[] room = end - start > bytes.length / 2 ? new byte[bytes.length * 2] : bytes;
      System.arraycopy(bytes, start, room, 0, end - start);
      bytes = room;
      searched -= start;
      end -= start;
      start = 0;
    }
    int count = in.read(bytes, end, Math.min(CHUNK, bytes.length - end));
    over = count < 0;
    end += Math.max(0, count);
  }

  private String text(byte[] bytesOfLine) throws BadLineException {
    try {
      String text = InputFile.utf8(bytesOfLine);
      text = line == 1 ? InputFile.withoutMark(text) : text;
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new BadLineException(line, String.valueOf(e.getMessage()));
    }
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
