package io.heliograph.client.internal;

import io.heliograph.client.ResumeStore;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Positions in a file to which each save appends a line; the last line of a stream counts. One
 * write a line, so a process that dies leaves whole lines and at most the beginning of one more.
 * When the file has grown, one with the latest lines takes its place by an atomic rename.
 *
 * <p>A line is the CRC-32 of the rest in hexadecimal, the stream and the id, with a space between,
 * both percent-encoded. Thread-safe; another file beside it, held by a lock, keeps other processes
 * out.
 */
public final class FileResumeStore implements ResumeStore {
  private static final System.Logger LOG = System.getLogger("io.heliograph.client");
  private static final String HEAD = "heliograph-positions-1\n";
  private static final long ROOM = 64 * 1024; // To grow before the file is written anew.
  private static final Duration FORCE_EVERY = Duration.ofSeconds(1);

  private final Path file;
  private final FileChannel lockFile;
  private final ReentrantLock lock = new ReentrantLock();
  // All guarded by the lock.
  private final Map<String, String> positions = new LinkedHashMap<>();
  private @Nullable FileChannel out;
  private long size;
  private long sizeWhenNew;
  private long forcedAt = Ticks.MACHINE.now();

  private FileResumeStore(Path file, FileChannel lockFile) {
    this.file = file;
    this.lockFile = lockFile;
  }

  /** See {@link ResumeStore#file}. */
  public static FileResumeStore open(Path path) throws IOException {
    Path file = path.toAbsolutePath();
    // Not the file itself: that one is replaced, and the lock would stay with the old.
    FileChannel lockFile =
        FileChannel.open(
            file.resolveSibling(file.getFileName() + ".lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE);
    try {
      requireLock(lockFile, file);
      var store = new FileResumeStore(file, lockFile);
      if (Files.exists(file)) {
        store.read(Files.readAllBytes(file));
      }
      store.writeAnew();
      return store;
    } catch (IOException | RuntimeException e) {
      lockFile.close();
      throw e;
    }
  }

  private static void requireLock(FileChannel lockFile, Path file) throws IOException {
    FileLock held;
    try {
      held = lockFile.tryLock();
    } catch (OverlappingFileLockException e) {
      held = null; // This very process.
    }
    if (held == null) {
      throw new IOException(
          file + " is in use by another ResumeStore; give each a file of its own");
    }
  }

  private void read(byte[] bytes) throws IOException {
    int at = 0;
    int number = 0;
    while (at < bytes.length) {
      number++;
      int end = at;
      while (end < bytes.length && bytes[end] != '\n') {
        end++;
      }
      boolean whole = end < bytes.length;
      String line = new String(bytes, at, end - at, StandardCharsets.ISO_8859_1);
      boolean good = number == 1 ? (line + "\n").equals(HEAD) : take(line);
      if (!good && (whole || number == 1)) {
        // A death cuts the last line off; it never spoils one that is followed by another.
        throw new IOException(
            file
                + " is no file of positions, or damaged, at line "
                + number
                + ". Delete it to begin anew, or restore it");
      }
      if (!good) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0}: the last line was cut off, so an older position counts",
            file);
      }
      at = end + 1;
    }
  }

  private boolean take(String line) {
    String[] parts = line.split(" ", -1);
    if (parts.length != 3 || !parts[0].equals(checksum(parts[1] + " " + parts[2]))) {
      return false;
    }
    positions.put(decoded(parts[1]), decoded(parts[2]));
    return true;
  }

  @Override
  public Optional<String> load(String stream) {
    lock.lock();
    try {
      return Optional.ofNullable(positions.get(stream));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void save(String stream, String lastEventId) throws IOException {
    lock.lock();
    try {
      FileChannel channel = out;
      if (channel == null) {
        throw new IOException(file + " is closed; close the clients that use it before");
      }
      positions.put(stream, lastEventId);
      if (size > sizeWhenNew * 2 + ROOM) {
        writeAnew();
        return;
      }
      append(channel, line(stream, lastEventId));
      if (Ticks.MACHINE.since(forcedAt).compareTo(FORCE_EVERY) >= 0) {
        channel.force(false);
        forcedAt = Ticks.MACHINE.now();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Also what mends a line that was half written when the disk was full. */
  private void append(FileChannel channel, String line) throws IOException {
    byte[] bytes = line.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long at = size;
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
    size = at;
  }

  private void writeAnew() throws IOException {
    var text = new StringBuilder(HEAD);
    positions.forEach((stream, id) -> text.append(line(stream, id)));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    FileChannel channel =
        FileChannel.open(
            fresh,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE);
    try {
      size = 0;
      append(channel, text.toString());
      channel.force(true); // Before the rename: or a loss of power could leave an empty file.
      replace(fresh);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    FileChannel old = out;
    out = channel;
    sizeWhenNew = size;
    forcedAt = Ticks.MACHINE.now();
    if (old != null) {
      old.close();
    }
  }

  private void replace(Path fresh) throws IOException {
    try {
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException(file + ": its file system cannot rename atomically", e);
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try (FileChannel held = lockFile;
        FileChannel channel = out) {
      out = null;
      if (channel != null) {
        channel.force(true);
      }
    } finally {
      lock.unlock();
    }
  }

  private static String line(String stream, String id) {
    String rest = encoded(stream) + " " + encoded(id);
    return checksum(rest) + " " + rest + "\n";
  }

  private static String checksum(String text) {
    var crc = new CRC32();
    crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
    return String.format("%08x", crc.getValue());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
