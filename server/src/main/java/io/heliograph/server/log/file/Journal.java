package io.heliograph.server.log.file;

import io.heliograph.server.log.LogUnavailableException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A file of short texts, each on disk once {@link #add} returns: what operators have ordered, which
 * a restart must not forget. Thread-safe.
 */
public final class Journal implements AutoCloseable {

  static final String FILE = "orders";

  private static final System.Logger LOG = System.getLogger(Journal.class.getName());

  private static final int HEADER = 8;
  private static final int MAX_LENGTH = 1 << 16;

  // Orders in force are written anew when this much was added since.
  private static final int REWRITE_BYTES = 4 << 20;

  private final Disk disk;

  // All guarded by this.
  private Disk.File file;
  private long added;
  private boolean failed;

  private Journal(Disk disk) throws IOException {
    this.disk = disk;
    this.file = disk.open(FILE);
  }

  /** Opens the journal. */
  public static Journal open(Disk disk) throws IOException {
    byte[] bytes = disk.read(FILE);
    List<String> whole = texts(ByteBuffer.wrap(bytes));
    int left = bytes.length - encoded(whole).limit();
    if (left > 0) {
      LOG.log(
          System.Logger.Level.WARNING,
          "{0} bytes of the file {1} are not readable and were dropped. If they are not of an order"
              + " that a crash cut off, a revocation or a kick is lost.",
          Integer.toString(left),
          FILE);
      disk.write(FILE, encoded(whole).array());
    }
    var journal = new Journal(disk);
    journal.file.sync(); // What a killed process has written may not be on the disk yet.
    disk.sync();
    return journal;
  }

  /** All that was added, the oldest first. */
  public List<String> texts() {
    try {
      return texts(ByteBuffer.wrap(disk.read(FILE)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> texts(ByteBuffer bytes) {
    var texts = new ArrayList<String>();
    int at = 0;
    while (bytes.limit() - at >= HEADER) {
      int length = bytes.getInt(at);
      if (length >= 0 && length <= MAX_LENGTH && length <= bytes.limit() - at - HEADER) {
        ByteBuffer text = bytes.slice(at + HEADER, length);
        if (bytes.getInt(at + 4) == sum(text.duplicate(), length)) {
          texts.add(StandardCharsets.UTF_8.decode(text).toString());
          at += HEADER + length;
          continue;
        }
      }
      at++; // One that is damaged must not take the others with it.
    }
    return texts;
  }

  private static int sum(ByteBuffer text, int length) {
    var sum = new CRC32C();
    sum.update(text);
    return (int) sum.getValue() ^ length * 0x9E3779B9;
  }

  private static ByteBuffer encoded(Iterable<String> texts) {
    var parts = new ArrayList<byte[]>();
    int size = 0;
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      parts.add(bytes);
      size += HEADER + bytes.length;
    }
    var encoded = ByteBuffer.allocate(size);
    for (byte[] part : parts) {
      encoded.putInt(part.length).putInt(sum(ByteBuffer.wrap(part), part.length)).put(part);
    }
    return encoded.flip();
  }

  /**
   * Adds a text; returns once it is on disk.
   *
   * @throws LogUnavailableException if it is not known whether it is
   */
  public synchronized void add(String text) {
    if (failed) {
      throw unavailable("it failed before");
    }
    try {
      ByteBuffer bytes = encoded(List.of(text));
      added += bytes.remaining();
      file.append(bytes);
      file.sync();
    } catch (IOException e) {
      failed = true;
      LOG.log(System.Logger.Level.ERROR, "The file " + FILE + " cannot be written.", e);
      throw unavailable(String.valueOf(e.getMessage()));
    }
  }

  private static LogUnavailableException unavailable(String why) {
    return new LogUnavailableException(
        "The server cannot keep this on its disk ("
            + why
            + "). It may be forgotten at the next restart. Check the disk and its free space, then"
            + " restart the server.");
  }

  /** Whether there may be much more than what is in force, which is then to be written anew. */
  public synchronized boolean isLong() {
    return added > REWRITE_BYTES;
  }

  /** Keeps these texts only. If that fails, the file stays as it is. */
  public synchronized void rewrite(List<String> inForce) {
    if (failed) {
      return;
    }
    try {
      disk.write(FILE, encoded(inForce).array());
      file.close();
      file = disk.open(FILE);
      added = 0;
    } catch (IOException e) {
      failed = true; // Which of the two files is written to is not known.
      LOG.log(System.Logger.Level.ERROR, "The file " + FILE + " cannot be written.", e);
    }
  }

  @Override
  public synchronized void close() {
    try {
      file.close();
    } catch (IOException e) {
      LOG.log(System.Logger.Level.WARNING, "The file " + FILE + " was not closed.", e);
    }
  }
}
