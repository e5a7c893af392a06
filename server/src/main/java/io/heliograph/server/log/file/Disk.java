package io.heliograph.server.log.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * A directory of files that only grow. Tests have one that fails and forgets as real ones do.
 * Thread-safe; a file has one writer.
 */
public interface Disk extends AutoCloseable {

  /** The names of the files, in any order. */
  List<String> list() throws IOException;

  /** Opens a file to be written; creates it if there is none. */
  File open(String name) throws IOException;

  /** Deletes a file, if there is one. */
  void delete(String name) throws IOException;

  /** Renames a file, in place of the one that has the name. */
  void replace(String from, String to) throws IOException;

  /** Makes sure that files that were created, deleted or renamed stay so. */
  void sync() throws IOException;

  /** Keeps others from copying while files are deleted; false if one copies now. */
  boolean lockDeletes() throws IOException;

  /** The end of {@link #lockDeletes}. */
  void unlockDeletes() throws IOException;

  @Override
  void close() throws IOException;

  /** How many bytes a file has; 0 if there is none. */
  long size(String name) throws IOException;

  /**
   * Fills the buffer, which has an array, from a place on, as far as the file goes. An interrupt
   * does not harm it.
   */
  void read(String name, ByteBuffer into, long from) throws IOException;

  /** A file that is written. */
  interface File extends AutoCloseable {

    /** Writes all bytes behind the last. */
    void append(ByteBuffer bytes) throws IOException;

    /** Makes sure that what was appended stays. A failure is final. */
    void sync() throws IOException;

    /** Cuts off what is behind a place. */
    void truncate(long size) throws IOException;

    @Override
    void close() throws IOException;
  }

  /** Reads a whole small file; empty if there is none. */
  default byte[] read(String name) throws IOException {
    var bytes = ByteBuffer.allocate(Math.toIntExact(size(name)));
    if (bytes.hasRemaining()) {
      read(name, bytes, 0);
    }
    return bytes.array();
  }

  /** Writes a whole small file: after a crash it is the old one or the new one. */
  default void write(String name, byte[] content) throws IOException {
    String fresh = name + ".new";
    delete(fresh);
    try (File file = open(fresh)) {
      file.append(ByteBuffer.wrap(content));
      file.sync();
    }
    replace(fresh, name);
    sync();
  }
}
