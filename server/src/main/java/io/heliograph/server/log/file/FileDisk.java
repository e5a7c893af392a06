package io.heliograph.server.log.file;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A directory of the file system, which only its owner may read. */
public final class FileDisk implements Disk {

  /** The file whose lock one process holds at a time. */
  static final String LOCK = "lock";

  /** The file whose lock holds a copy, or a deletion. */
  static final String COPY_LOCK = "copy.lock";

  private static final Set<PosixFilePermission> OWNERS_DIRECTORY =
      PosixFilePermissions.fromString("rwx------");

  // Also in a directory that others may enter, because somebody else has created it.
  private static final Set<PosixFilePermission> OWNERS_FILE =
      PosixFilePermissions.fromString("rw-------");

  // Fewer than the open files that the limit on connections leaves for others.
  private static final int MAX_READERS = 64;

  private static final Set<Path> OF_THIS_PROCESS = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel lockFile;
  private final FileChannel copyLockFile;
  private @Nullable FileLock copyLock; // Guarded by this.

  // Guarded by itself. The longest unused first.
  private final Map<String, RandomAccessFile> readers = new LinkedHashMap<>(16, 0.75f, true);

  private FileDisk(Path directory, FileChannel lockFile, FileChannel copyLockFile) {
    this.directory = directory;
    this.lockFile = lockFile;
    this.copyLockFile = copyLockFile;
  }

  /**
   * Takes a directory, which is created if there is none.
   *
   * @throws InUseException if another process has it
   */
  public static FileDisk open(Path directory) throws IOException {
    create(directory);
    Path real = directory.toRealPath();
    // A lock is of the process, and closing any descriptor of the file would end it.
    if (!OF_THIS_PROCESS.add(real)) {
      throw new InUseException(directory);
    }
    FileChannel lockFile = writable(directory.resolve(LOCK));
    if (!isFree(lockFile)) {
      lockFile.close();
      OF_THIS_PROCESS.remove(real);
      throw new InUseException(directory);
    }
    return new FileDisk(real, lockFile, writable(directory.resolve(COPY_LOCK)));
  }

  /** Creates a directory that only its owner may read, unless there is one. */
  static void create(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    Path parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.createDirectory(directory, attributes(directory, OWNERS_DIRECTORY));
  }

  private static FileAttribute<?>[] attributes(Path file, Set<PosixFilePermission> permissions) {
    boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
        : new FileAttribute<?>[0];
  }

  private static boolean isFree(FileChannel lockFile) throws IOException {
    return lockFile.tryLock() != null; // Held until the channel is closed.
  }

  private static FileChannel writable(Path file) throws IOException {
    return FileChannel.open(
        file,
        Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
        attributes(file, OWNERS_FILE));
  }

  /** Another process, or another server in this one, uses the directory. */
  public static final class InUseException extends IOException {
    private static final long serialVersionUID = 1L;

    InUseException(Path directory) {
      super(
          "The directory "
              + directory
              + " is in use by another server. Stop that server, or choose another directory.");
    }
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> String.valueOf(file.getFileName()))
          .filter(name -> !name.equals(LOCK) && !name.equals(COPY_LOCK))
          .toList();
    }
  }

  @Override
  public File open(String name) throws IOException {
    return new Grown(writable(directory.resolve(name)));
  }

  @Override
  public void delete(String name) throws IOException {
    closeReader(name);
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void replace(String from, String to) throws IOException {
    closeReader(from);
    closeReader(to);
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void sync() throws IOException {
    try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
      names.force(true);
    }
  }

  @Override
  public synchronized boolean lockDeletes() throws IOException {
    try {
      copyLock = copyLockFile.tryLock();
      return copyLock != null;
    } catch (OverlappingFileLockException e) {
      return false; // A copy that this process makes.
    }
  }

  @Override
  public synchronized void unlockDeletes() throws IOException {
    if (copyLock != null) {
      copyLock.release();
      copyLock = null;
    }
  }

  @Override
  public void close() throws IOException {
    List<RandomAccessFile> open;
    synchronized (readers) {
      open = new ArrayList<>(readers.values());
      readers.clear();
    }
    for (RandomAccessFile reader : open) {
      reader.close();
    }
    copyLockFile.close();
    lockFile.close();
    OF_THIS_PROCESS.remove(directory);
  }

  private void closeReader(String name) throws IOException {
    RandomAccessFile reader;
    synchronized (readers) {
      reader = readers.remove(name);
    }
    close(reader);
  }

  private static void close(@Nullable RandomAccessFile reader) throws IOException {
    if (reader != null) {
      synchronized (reader) {
        reader.close();
      }
    }
  }

  private RandomAccessFile reader(String name) throws IOException {
    RandomAccessFile eldest = null;
    RandomAccessFile reader;
    synchronized (readers) {
      reader = readers.get(name);
      if (reader == null) {
        reader = new RandomAccessFile(directory.resolve(name).toFile(), "r");
        readers.put(name, reader);
        if (readers.size() > MAX_READERS) {
          String longestUnused = readers.keySet().iterator().next();
          eldest = readers.remove(longestUnused);
        }
      }
    }
    close(eldest);
    return reader;
  }

  @Override
  public long size(String name) throws IOException {
    Path file = directory.resolve(name);
    return Files.exists(file) ? Files.size(file) : 0;
  }

  @Override
  public void read(String name, ByteBuffer into, long from) throws IOException {
    while (true) {
      RandomAccessFile reader = reader(name);
      synchronized (reader) {
        if (reader.getChannel().isOpen()) {
          fill(reader, into, from);
          return;
        }
      }
      // It was closed in favor of another after it was found.
    }
  }

  // Not by its channel, which an interrupt of the reading thread would close.
  private static void fill(RandomAccessFile reader, ByteBuffer into, long from) throws IOException {
    reader.seek(from);
    while (into.hasRemaining()) {
      int read = reader.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
      if (read < 0) {
        return;
      }
      into.position(into.position() + read);
    }
  }

  /** Has one writer, which is never interrupted. */
  private record Grown(FileChannel channel) implements File {

    @Override
    public void append(ByteBuffer bytes) throws IOException {
      long at = channel.size();
      while (bytes.hasRemaining()) {
        at += channel.write(bytes, at);
      }
    }

    @Override
    public void sync() throws IOException {
      channel.force(false);
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
