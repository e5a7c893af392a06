package io.heliograph.server;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Takes a stream apart into its blocks; a comment line is one of its own. It reads on a thread of
 * its own, so that a test waits for a block and not for time.
 */
public abstract class BlockReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final String END = "\u0000end";

  private final BlockingQueue<String> blocks = new LinkedBlockingQueue<>();
  private volatile String lastEventId = "";

  /** Starts to read; whoever extends this calls it when its own fields are set. */
  protected final void start() {
    Thread.ofVirtual().start(this::read);
  }

  /** Waits for more of the stream; empty at its end. A character never spans two. */
  protected abstract byte[] nextPiece() throws IOException;

  /** The next block, its last line break left out; whatever it is. */
  public String nextBlock() throws InterruptedException {
    String block = blocks.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    if (block == null) {
      throw new AssertionError("nothing came within " + PATIENCE);
    }
    return block;
  }

  /** The next block that is an event of the publisher's, without its id line. */
  public String nextEvent() throws InterruptedException {
    while (true) {
      String block = nextBlock();
      if (block.equals(END)) {
        throw new AssertionError("the stream has ended");
      }
      if (isEvent(block)) {
        return withoutId(block);
      }
    }
  }

  public List<String> nextEvents(int count) throws InterruptedException {
    var events = new ArrayList<String>();
    for (int i = 0; i < count; i++) {
      events.add(nextEvent());
    }
    return events;
  }

  /** The next control event of the type: its data. */
  public String nextControl(String type) throws InterruptedException {
    Pattern control = Pattern.compile("event: " + type + "\\n(?:id: \\S+\\n)?data: (.*)");
    while (true) {
      String block = nextBlock();
      if (block.equals(END)) {
        throw new AssertionError("the stream has ended");
      }
      Matcher matcher = control.matcher(block);
      if (matcher.find()) {
        return matcher.group(1);
      }
    }
  }

  /** Waits for the words that what was missed has been written. */
  public BlockReader awaitLive() throws InterruptedException {
    nextControl("stream.live");
    return this;
  }

  /** Waits for the end of the stream; answers the blocks that came before it. */
  public List<String> awaitEnd() throws InterruptedException {
    var rest = new ArrayList<String>();
    for (String block = nextBlock(); !block.equals(END); block = nextBlock()) {
      rest.add(block);
    }
    return rest;
  }

  /** What a browser would send on its return. */
  public String lastEventId() {
    return lastEventId;
  }

  public static boolean isEvent(String block) {
    String event = withoutId(block);
    return event.startsWith("data: ")
        || (event.startsWith("event: ") && !event.startsWith("event: stream."));
  }

  private static String withoutId(String block) {
    return block.startsWith("id: ") && block.contains("\n")
        ? block.substring(block.indexOf('\n') + 1)
        : block;
  }

  private void read() {
    var pending = new StringBuilder();
    var block = new StringBuilder();
    try {
      for (byte[] piece = nextPiece(); piece.length > 0; piece = nextPiece()) {
        pending.append(new String(piece, StandardCharsets.UTF_8));
        int end;
        while ((end = pending.indexOf("\n")) >= 0) {
          String line = pending.substring(0, end);
          pending.delete(0, end + 1);
          if (line.startsWith(":")) {
            blocks.add(line);
          } else if (line.isEmpty()) {
            finish(block.toString());
            block.setLength(0);
          } else {
            block.append(block.isEmpty() ? "" : "\n").append(line);
          }
        }
      }
    } catch (IOException e) {
      // The end, too.
    }
    blocks.add(END);
  }

  private void finish(String block) {
    block
        .lines()
        .filter(line -> line.startsWith("id: "))
        .forEach(line -> lastEventId = line.substring("id: ".length()));
    blocks.add(block);
  }

  /** Leaves. */
  @Override
  public abstract void close();
}
