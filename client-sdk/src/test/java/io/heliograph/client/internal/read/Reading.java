package io.heliograph.client.internal.read;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import okio.Buffer;
import okio.ByteString;
import okio.Okio;
import okio.Source;
import okio.Timeout;

/**
 * What an {@link EventStreamSource} makes of bytes, in the lines of {@code
 * docs/protocol/vectors/README.md}.
 */
final class Reading implements EventStreamSource.Side {
  private final List<String> lines = new ArrayList<>();
  private final List<String> events = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private boolean truncated;
  private String eventId = "";
  private String id = "";

  /** Reads all of it, given at most so many bytes at a time. */
  static Reading of(ByteString bytes, int pieces, int maxEventBytes) throws IOException {
    var reading = new Reading();
    var source = source(bytes, pieces, maxEventBytes, reading);
    var blocks = new Buffer();
    while (source.await()) {
      while (source.read(blocks, Long.MAX_VALUE) >= 0) {
        reading.blocks(blocks.readUtf8());
      }
    }
    return reading;
  }

  private void blocks(String text) {
    if (text.indexOf('\r') >= 0 || !text.endsWith("\n\n")) {
      throw new AssertionError("not canonical: " + text);
    }
    for (String block : text.substring(0, text.length() - 2).split("\n\n", -1)) {
      block(block);
    }
  }

  static EventStreamSource source(
      ByteString bytes, int pieces, int maxEventBytes, EventStreamSource.Side side) {
    return new EventStreamSource(
        Okio.buffer(inPieces(bytes, pieces)), null, "", maxEventBytes, side);
  }

  private static Source inPieces(ByteString bytes, int pieces) {
    var rest = new Buffer().write(bytes);
    return new Source() {
      @Override
      public long read(Buffer sink, long byteCount) {
        return rest.read(sink, Math.min(pieces, byteCount));
      }

      @Override
      public Timeout timeout() {
        return Timeout.NONE;
      }

      @Override
      public void close() {}
    };
  }

  /** A block as okhttp-sse gets it, which is as strict as can be. */
  private void block(String text) {
    String type = "message";
    String newId = id;
    var data = new ArrayList<String>();
    for (String line : text.split("\n", -1)) {
      String value = line.substring(line.indexOf(':') + 1);
      value = value.startsWith(" ") ? value.substring(1) : value;
      if (line.startsWith("data:")) {
        data.add(value);
      } else if (line.startsWith("event:")) {
        type = value.isEmpty() ? "message" : value;
      } else if (line.startsWith("id:") || line.equals("id")) {
        newId = line.equals("id") ? "" : value;
      } else {
        throw new AssertionError("not canonical: " + text);
      }
    }
    int first = lines.size();
    say("event", type);
    if (!newId.isEmpty() || !newId.equals(id)) {
      say("id", newId);
    }
    id = newId;
    data.forEach(line -> say("data", line));
    collect(first, newId);
  }

  /** Keeps the event as one who sees nothing but events sees it. */
  private void collect(int first, String newId) {
    events.add(lines.get(first));
    if (!newId.equals(eventId)) {
      eventId = newId;
      events.add(newId.isEmpty() ? "id" : "id " + newId);
    }
    lines.subList(first, lines.size()).stream()
        .filter(line -> line.startsWith("data"))
        .forEach(events::add);
  }

  /** Only the events, each with its id where that differs from the one of the event before. */
  List<String> events() {
    return events;
  }

  private void say(String word, String value) {
    lines.add(value.isEmpty() ? word : word + " " + value);
  }

  List<String> lines() {
    return lines;
  }

  /** What the standard ignores. */
  List<String> dropped() {
    return dropped;
  }

  boolean truncated() {
    return truncated;
  }

  @Override
  public void beforeWait() {}

  @Override
  public void received(long bytes) {}

  @Override
  public void comment(String text) {
    say("comment", text);
  }

  @Override
  public void positioned(String lastEventId) {
    id = lastEventId;
    say("position", lastEventId);
  }

  @Override
  public void dropped(String line) {
    dropped.add(line);
  }

  @Override
  public void retry(long millis) {
    say("retry", Long.toString(millis));
  }

  @Override
  public void ended(boolean insideABlock) {
    truncated = insideABlock;
  }
}
