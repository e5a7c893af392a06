package io.heliograph.client;

import io.heliograph.client.internal.http.Urls;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Stores the positions of all streams of one process in one file. Thread-safe.
 *
 * <p>Saved positions survive the death of the process at any moment ({@code kill -9}). They are
 * forced to disk once a second while positions move, and by {@link #close}. After a power failure a
 * position may be older than the last save: events are delivered again, but none is lost.
 */
// Each save appends a line; the last line of a stream counts. One write a line, so a process that
// dies leaves whole lines and at most the beginning of one more. When the file has grown, one with
// the latest lines takes its place by an atomic rename. A line is the CRC-32 of the rest in
// hexadecimal, the stream and the id, with a space between, both percent-encoded.
public final class FileResumeStore implements ResumeStore {
  private static final Logger LOG = Logger.getLogger("io.heliograph.client");
  private static final String HEAD = "heliograph-positions-1\n";
  private static final long ROOM = 64 * 1024; // To grow before the file is written anew.
  private static final long FORCE_EVERY_NANOS = 1_000_000_000;

  // Those of this process. The system's locks do not keep it from itself: on POSIX, closing any
  // descriptor of a file gives up all locks that the process holds on it.
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path file;
  private final Path held;
  private final FileChannel lockFile;
  private final ReentrantLock lock = new ReentrantLock();
  // All guarded by the lock.
  private final Map<String, String> positions = new LinkedHashMap<>();
  // No FileChannel: an interrupt of one stream's thread would close it for all.
  private @Nullable RandomAccessFile out;
  private long size;
  private long sizeWhenNew;
  private long forcedAt = System.nanoTime();

  private FileResumeStore(Path file, Path held, FileChannel lockFile) {
    this.file = file;
    this.held = held;
    this.lockFile = lockFile;
  }

  /**
   * Opens the file, or creates it. Its directory must exist. A second file with the suffix {@code
   * .lock} keeps other processes out.
   *
   * @param path of the file
   * @return the store, which holds the file until it is closed
   * @throws IOException if the file cannot be read or written, is damaged (a last line that a crash
   *     cut off is not damage), or is held by another process or store
   */
  public static FileResumeStore open(Path path) throws IOException {
    Path file = path.toAbsolutePath();
    if (Files.isDirectory(file)) {
      throw new IOException(file + " is a directory; give a file in it");
    }
    // Not the file itself: that one is replaced, and the lock would stay with the old.
    Path lock = realFolder(file).resolve(file.getFileName() + ".lock");
    if (!HELD.add(lock)) {
      throw inUse(file);
    }
    try {
      return open(file, lock);
    } catch (IOException | RuntimeException e) {
      HELD.remove(lock);
      throw e;
    }
  }

  private static Path realFolder(Path file) throws IOException {
    try {
      return Objects.requireNonNull(file.getParent(), "parent").toRealPath();
    } catch (NoSuchFileException e) {
      throw new IOException(file + ": its directory does not exist; create it first", e);
    }
  }

  private static FileResumeStore open(Path file, Path lock) throws IOException {
    FileChannel lockFile =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      requireLock(lockFile, file);
      var store = new FileResumeStore(file, lock, lockFile);
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
      held = null; // Somebody else's code of this process.
    }
    if (held == null) {
      throw inUse(file);
    }
  }

  private static IOException inUse(Path file) {
    return new IOException(file + " is in use by another ResumeStore; use one file per store");
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
                + " is not a file of positions, or is damaged, at line "
                + number
                + ". Restore it, or delete it to start without positions");
      }
      if (!good) {
        LOG.log(Level.WARNING, "{0}: the last line was cut off; an older position is used", file);
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
      RandomAccessFile current = out;
      if (current == null) {
        throw new IOException(file + " is closed; close the clients that use it first");
      }
      positions.put(stream, lastEventId);
      size = append(current, size, line(stream, lastEventId));
      if (size > sizeWhenNew * 2 + ROOM) {
        tryToWriteAnew();
      } else if (System.nanoTime() - forcedAt >= FORCE_EVERY_NANOS) {
        force(current);
        forcedAt = System.nanoTime();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the size after it. Where that is taken over only on success, the next call mends a line
   * that was half written when the disk was full.
   */
  private static long append(RandomAccessFile to, long at, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    to.seek(at);
    to.write(bytes);
    return at + bytes.length;
  }

  private static void force(RandomAccessFile written) throws IOException {
    written.getFD().sync();
  }

  /** The position is saved already, so a failure costs no more than a file that grows on. */
  private void tryToWriteAnew() {
    try {
      writeAnew();
    } catch (IOException e) {
      sizeWhenNew = size; // Not again with each save.
      LOG.log(
          Level.WARNING, file + " could not be rewritten; the old file stays in use and grows", e);
    }
  }

  private void writeAnew() throws IOException {
    var text = new StringBuilder(HEAD);
    positions.forEach((stream, id) -> text.append(line(stream, id)));
    Path fresh = file.resolveSibling(file.getFileName() + ".new");
    var next = new RandomAccessFile(fresh.toFile(), "rw");
    long nextSize;
    try {
      next.setLength(0);
      nextSize = append(next, 0, text.toString());
      force(next); // Before the rename: or a loss of power could leave an empty file.
      replace(fresh);
    } catch (IOException | RuntimeException e) {
      next.close();
      Files.deleteIfExists(fresh);
      throw e;
    }
    RandomAccessFile old = out;
    out = next;
    size = nextSize;
    sizeWhenNew = nextSize;
    forcedAt = System.nanoTime();
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
    try {
      if (out != null) {
        release();
      }
    } finally {
      lock.unlock();
    }
  }

  private void release() throws IOException {
    try (FileChannel locked = lockFile;
        RandomAccessFile current = out) {
      out = null;
      if (current != null) {
        force(current);
      }
    } finally {
      HELD.remove(held); // Last: or the next store of this process would meet the lock.
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
    return Urls.encoded(text);
  }

  private static String decoded(String text) {
    return Urls.decoded(text);
  }
}
