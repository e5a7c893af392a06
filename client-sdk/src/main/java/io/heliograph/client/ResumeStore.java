package io.heliograph.client;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps how far each stream has been read, so that the next run of the program goes on there: in a
 * file ({@link FileResumeStore}), in memory, or wherever the program keeps its data. Thread-safe.
 * Streams are told apart by their names ({@link StreamSpec#named}); no two that are open at once
 * may share one.
 *
 * <p>A position is saved after the handler's work, so what was done between the two is done again
 * after a crash: at least once. For exactly once, keep both in one transaction of your database:
 * the handler itself writes {@link Event#lastEventId} with its work, {@link #load} reads it, and
 * {@link #save} does nothing. That takes a handler whose failure holds the stream back ({@link
 * HandlerErrorPolicy#REDELIVER} or {@link HandlerErrorPolicy#CLOSE}), and events with ids.
 */
public interface ResumeStore extends AutoCloseable {
  /**
   * Looks up the position of a stream. Called when the stream is opened, on the thread that opens
   * it.
   *
   * @param stream its name
   * @return what was saved last, {@code ""} included; empty if nothing ever was: the stream then
   *     begins where its {@link StreamSpec} says. An id with a line break or NUL was never saved
   *     here, and is an {@link IllegalArgumentException}
   * @throws IOException if it cannot be read; the stream is not opened, then
   */
  Optional<String> load(String stream) throws IOException;

  /**
   * Keeps the position of a stream. Called whenever the position has moved, one call at a time for
   * a stream and in order: on the thread that handles the events, which waits for it, or with
   * {@link AckMode#MANUAL} on the thread that acknowledges.
   *
   * @param stream its name, as in {@link #load}
   * @param lastEventId without line breaks and NUL; {@code ""} clears it
   * @throws IOException if it cannot be kept. That is logged, and the stream goes on: the next run
   *     begins at an older position, so events come again but none is lost
   */
  void save(String stream, String lastEventId) throws IOException;

  /** Frees what the store holds. Close the clients that use it before. */
  @Override
  default void close() throws IOException {}

  /**
   * {@return a store that ends with the program} For streams that are closed and opened again
   * within it.
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
