package io.heliograph.client;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stores how far each stream has been read, so that the next run of the program resumes there: in a
 * file ({@link FileResumeStore}), in memory, or in the program's own storage. Thread-safe. Streams
 * are identified by their names ({@link StreamSpec#named}); two open streams must not share a name.
 *
 * <p>A position is saved after the handler's work, so a crash between the two repeats the work: at
 * least once. For exactly once, keep both in one transaction of your database: the handler itself
 * writes {@link Event#lastEventId} with its work, {@link #load} reads it, and {@link #save} does
 * nothing. This requires events with ids, and {@link HandlerErrorPolicy#REDELIVER} or {@link
 * HandlerErrorPolicy#CLOSE}, so that an event whose handler fails is not skipped.
 */
public interface ResumeStore extends AutoCloseable {
  /**
   * Looks up the position of a stream. Called when the stream is opened, on the thread that opens
   * it.
   *
   * @param stream its name
   * @return the position that was saved last, {@code ""} included; empty if none was saved: the
   *     stream then starts as its {@link StreamSpec} says. A position with a line break or NUL
   *     causes an {@link IllegalArgumentException}
   * @throws IOException if it cannot be read; the stream is then not opened
   */
  Optional<String> load(String stream) throws IOException;

  /**
   * Saves the position of a stream. Called whenever the position has moved, in order and one call
   * at a time for a stream. The thread that handles the events makes the call and waits for it;
   * with {@link AckMode#MANUAL}, the thread that acknowledges does.
   *
   * @param stream its name, as in {@link #load}
   * @param lastEventId without line breaks and NUL; {@code ""} clears it
   * @throws IOException if it cannot be saved. This is logged and the stream continues. The next
   *     run then starts at an older position: events are delivered again, but none is lost
   */
  void save(String stream, String lastEventId) throws IOException;

  /** Releases the resources of the store. Close the clients that use it first. */
  @Override
  default void close() throws IOException {}

  /**
   * {@return a store in memory, for streams that are closed and reopened within one run of the
   * program}
   */
  static ResumeStore memory() {
    Map<String, String> positions = new ConcurrentHashMap<>();
    return new ResumeStore() {
      @Override
      public Optional<String> load(String stream) {
        return Optional.ofNullable(positions.get(stream));
      }

      @Override
      public void save(String stream, String lastEventId) {
        positions.put(stream, lastEventId);
      }
    };
  }
}
