package io.heliograph.cli.publish;

import io.heliograph.cli.option.InputFile;
import io.heliograph.client.NewEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Each line is the data of an event; empty ones are skipped. A line that is there does not wait for
 * the next, which may come in an hour. Holds no more than a line and a chunk.
 */
final class Lines implements Source {
  /** The most that a server accepts in one request, whatever its settings are. */
  static final int MAX_BYTES = 16 << 20;

  private static final int ENOUGH_BYTES = 1 << 20;

  private final InputStream in;
  private final Function<String, NewEvent> event;
  private final byte[] chunk = new byte[1 << 16];
  // What was read and not looked at yet.
  private int next;
  private int end;
  private boolean over;
  // The line that is not complete, and the number of the last one that was.
  private final ByteArrayOutputStream line = new ByteArrayOutputStream();
  private long number;
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
    while (items.size() < atMost && given < ENOUGH_BYTES && !over) {
      if (next == end) {
        if (!items.isEmpty() && in.available() == 0) {
          return;
        }
        next = 0;
        end = Math.max(0, in.read(chunk));
        over = end == 0;
      }
      int from = next;
      while (next < end && chunk[next] != '\n') {
        next++;
      }
      line.write(chunk, from, next - from);
      if (line.size() > MAX_BYTES) {
        throw new BadLineException(number + 1, "longer than 16 MiB, the server's limit");
      }
      boolean ends = next < end;
      if (ends || (over && line.size() > 0)) { // The last line may lack its line feed.
        next += ends ? 1 : 0;
        given += line.size();
        number++;
        String text = text(line.toByteArray());
        line.reset();
        if (!text.isBlank()) {
          items.add(item(text));
        }
      }
    }
  }

  private String text(byte[] bytes) throws BadLineException {
    try {
      String text = InputFile.utf8(bytes);
      text = number == 1 ? InputFile.withoutMark(text) : text;
      return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
    } catch (CharacterCodingException e) {
      throw new BadLineException(number, String.valueOf(e.getMessage()));
    }
  }

  private Item item(String text) throws BadLineException {
    try {
      return new Item(number, event.apply(text));
    } catch (IllegalArgumentException e) {
      throw new BadLineException(number, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String unit() {
    return "line";
  }
}
