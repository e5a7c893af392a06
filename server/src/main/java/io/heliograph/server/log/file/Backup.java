package io.heliograph.server.log.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Copies the directory of a log while a server uses it.
 *
 * <p>Segments only grow, and none is deleted meanwhile, so copies in the order of their numbers are
 * what a crash would have left. The copy begins other epochs: readers may have received more than
 * is in it, and places that they have must not be given to other events.
 */
public final class Backup {

  private Backup() {}

  /**
   * Makes a copy.
   *
   * @param directory of the log
   * @param to a directory that is empty or does not exist
   * @return how many bytes were copied
   * @throws IOException if it cannot be made; the message says why
   */
  public static long copy(Path directory, Path to) throws IOException {
    if (!Files.exists(directory.resolve(State.FILE))) {
      throw new IOException("There is no log in " + directory + ".");
    }
    FileDisk.create(to);
    try (Stream<Path> there = Files.list(to)) {
      if (there.findAny().isPresent()) {
        throw new IOException("The directory " + to + " is not empty.");
      }
    }
    try (FileChannel lockFile =
            FileChannel.open(
                directory.resolve(FileDisk.COPY_LOCK),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE);
        FileLock _ = lockFile.lock()) {
      long bytes = copyFiles(directory, to);
      markCopy(to);
      return bytes;
    }
  }

  private static long copyFiles(Path directory, Path to) throws IOException {
    // Read before the segments: what it says of them is then true of the copy. Written after
    // them: a copy that is cut off has no state, and a server that is started with it gives no
    // place twice.
    byte[] state = Files.readAllBytes(directory.resolve(State.FILE));
    long bytes = copyFile(directory.resolve(Journal.FILE), to.resolve(Journal.FILE));
    var names = new TreeSet<String>();
    try (Stream<Path> files = Files.list(directory)) {
      files.map(file -> String.valueOf(file.getFileName())).forEach(names::add);
    }
    for (String name : names) {
      if (name.endsWith(".log") || name.endsWith(".idx")) {
        bytes += copyFile(directory.resolve(name), to.resolve(name));
      }
    }
    try (FileDisk disk = FileDisk.open(to)) {
      disk.write(State.FILE, state);
    }
    return bytes + state.length;
  }

  private static long copyFile(Path from, Path to) throws IOException {
    if (!Files.exists(from)) {
      return 0;
    }
    Files.copy(from, to, StandardCopyOption.COPY_ATTRIBUTES);
    try (FileChannel copied = FileChannel.open(to, StandardOpenOption.WRITE)) {
      copied.force(true);
      return copied.size();
    }
  }

  private static void markCopy(Path to) throws IOException {
    try (FileDisk disk = FileDisk.open(to)) {
      State state = Recovery.state(disk);
      int last = Recovery.segments(disk).stream().mapToInt(number -> number).max().orElse(0);
      state.lastSegment(Math.max(last, state.lastSegment()));
      state.mark(Entry.location(state.lastSegment() + 1, 0));
      state.save();
      disk.sync();
    }
  }
}
